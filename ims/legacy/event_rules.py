"""The current rules that old events and correlations may violate (see `rules`)."""

from typing import Any

from ims.legacy.rules import role_permitted
from ims.legacy.schema import ImportState


def recorded_by_permitted_role(event: Any, state: ImportState) -> str:
    return role_permitted("event.record", event.created_by)


def recorded_after_detection(event: Any, state: ImportState) -> str:
    early = event.created_at < event.detected_at
    return f"detected at {event.detected_at.isoformat()}, after it was recorded" if early else ""


def correlated_once(correlation: Any, state: ImportState) -> str:
    """An event is correlated with an incident only once; the first row counts."""
    if correlation.incident_id is None:
        return ""
    rows = state.group("event_correlations", "event_id", correlation.event_id)
    same = [row.pk for row in rows if row.incident_id == correlation.incident_id]
    first = min(same)
    return f"the event is already correlated with this incident by row {first}" if correlation.pk != first else ""


def correlated_after_detection(correlation: Any, state: ImportState) -> str:
    detected = correlation.event.detected_at
    return f"before the event was detected at {detected.isoformat()}" if correlation.created_at < detected else ""
