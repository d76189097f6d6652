"""The response to a correlation: the decision, its reasons, and the records involved."""

from collections.abc import Iterable
from typing import Any

from core.reading.collections import collections
from incidents.models import EventCorrelation, EventRecord, Incident


def correlation_answer(
    viewer: Any, decision: str, reasons: Iterable[str], incident: Incident | None, rows: list[EventCorrelation]
) -> dict[str, Any]:
    """The response of POST /events/correlate/, with each record in its collection's representation."""
    events = EventRecord.objects.filter(pk__in=[row.event_id for row in rows]).order_by("id")
    correlations = EventCorrelation.objects.filter(pk__in=[row.pk for row in rows]).order_by("id")
    shown = collections[Incident.entity_type].shown(incident, viewer)[0] if incident is not None else None
    return {
        "decision": str(decision),
        "reasons": list(reasons),
        "incident": shown,
        "events": collections[EventRecord.entity_type].output.rows(events, viewer),
        "correlations": collections[EventCorrelation.entity_type].output.rows(correlations, viewer),
    }
