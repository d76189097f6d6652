"""SOP 2: the body of an incident created from events. Stated fields take precedence; events supply the rest."""

from collections.abc import Iterable, Mapping
from typing import Any

from clients.choices import ClientStatus
from clients.models import Client
from core.codes import Code
from core.errors import Item, Refusal
from incidents.bodies import TEXT_LENGTH
from incidents.choices import Category, DetectionSource
from incidents.events.choices import (
    ASSUMED_CATEGORY,
    ASSUMED_IMPACT,
    IMPACT_OF_SEVERITY,
)
from incidents.events.correlation import CandidateEvent, RelatedEvents
from incidents.models import EventRecord

TITLE_LENGTH = 200


def incident_body(
    group: RelatedEvents, records: Mapping[CandidateEvent, EventRecord], stated: Mapping[str, Any] | None
) -> Any:
    """The body for POST /incidents/, without its reporter. Raises Refusal (400) with the missing fields.

    `stated` contains the request's own fields of the incident. Otherwise the events must name client and component.
    """
    events = sorted(group.events, key=lambda event: (event.detected_at, event.id))
    own = dict(stated or {})
    client, component = own.pop("client", None), own.pop("component", None)
    client_id = client.pk if client else _named(events, "client_id")
    component_id = component.pk if component else _named(events, "component_id")
    _require(client_id, component_id, needs_component=stated is None)
    return {
        "title": " ".join(_most_severe(events, records).payload_summary.split())[:TITLE_LENGTH],
        "description": _description(events, records),
        "category": stated_category(group, records) or ASSUMED_CATEGORY,
        "impact_level": IMPACT_OF_SEVERITY.get(group.severity, ASSUMED_IMPACT),
        "detection_source": DetectionSource.MONITORING_ALERT,
        "detected_at": (group.met_at or events[0].detected_at).isoformat(),
        "affected_client_ids": _further_clients(events, client_id),
        **({} if {"severity", "classification"} & set(own) else {"classification": {}}),
        **own,
        "client_id": client_id,
        "component_id": component_id,
    }


def stated_category(group: RelatedEvents, records: Mapping[CandidateEvent, EventRecord]) -> str:
    """The category of the earliest event that has it as an attribute; empty if none does."""
    events = sorted(group.events, key=lambda event: (event.detected_at, event.id))
    stated = (records[event].attributes.get("category") for event in events)
    return next((str(each) for each in stated if each in Category.values), "")


def _named(events: list[CandidateEvent], name: str) -> int | None:
    """The single client or component of the given events, or of all; None if they differ."""
    for asked in ([event for event in events if event.given], events):
        found = {getattr(event, name) for event in asked} - {None}
        if len(found) == 1:
            return int(found.pop())
    return None


def _require(client_id: int | None, component_id: int | None, *, needs_component: bool) -> None:
    lacking = ["client_id"] if client_id is None else []
    lacking += ["component_id"] if component_id is None and needs_component else []
    if not lacking:
        return
    detail = f"The events require an incident, but do not agree on one {' and one '.join(lacking)}."
    items = [Item("required", detail, f"incident.{name}") for name in lacking]
    advice = "Send the missing fields in incident."
    raise Refusal(Code.VALIDATION_ERROR, detail, rule="incident_of_known_client", errors=items, next=advice)


def _most_severe(events: list[CandidateEvent], records: Mapping[CandidateEvent, EventRecord]) -> EventRecord:
    """The event that supplies the incident's title: the first of the most severe ones."""
    return records[min(events, key=lambda event: event.severity_hint or "~")]


def _description(events: list[CandidateEvent], records: Mapping[CandidateEvent, EventRecord]) -> str:
    lines = (
        f"{event.detected_at:%Y-%m-%d %H:%M:%SZ} {event.source}: {records[event].payload_summary}" for event in events
    )
    return "\n".join(lines)[:TEXT_LENGTH]


def _further_clients(events: Iterable[CandidateEvent], client_id: int | None) -> list[int]:
    """Other active clients named in the events: the incident affects them as well."""
    named = {event.client_id for event in events if event.client_id is not None}
    others = named - {client_id}
    active = Client.objects.filter(pk__in=others, status=ClientStatus.ACTIVE)
    return sorted(active.values_list("pk", flat=True)) if others else []
