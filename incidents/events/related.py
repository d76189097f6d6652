"""SOP 2: stored events that may be related to the given ones, and their correlated attributes."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.db.models.fields.json import KeyTransform

from clients.models import Client
from incidents.events.choices import (
    BY_ATTRIBUTE,
    BY_CLIENT,
    BY_CLIENT_AND_COMPONENT,
    BY_COMPONENT,
    MAX_RELATED_EVENTS,
)
from incidents.events.correlation import CandidateEvent, Criteria, GroupingRule
from incidents.models import EventRecord
from products.models import Component


def candidate_events(
    given: Iterable[EventRecord], criteria: Criteria, key: str, *, client: Client | None, component: Component | None
) -> dict[CandidateEvent, EventRecord]:
    """The given events and the stored events that may be related to them, each with its record.

    A given event without client or component gets those of the request's incident.
    """
    records = {record.pk: record for record in given}
    mine = [_candidate(record, given=True, keyed=bool(key), client=client, component=component) for record in given]
    widest = max((criteria.relation, *criteria.rules), key=lambda rule: rule.window)
    keyed = {record.pk: record for record in _with_key(key, mine, widest)} if key else {}
    others = dict(keyed)
    for rule in dict.fromkeys((criteria.relation, *criteria.rules)):
        others.update({record.pk: record for record in _related(mine, rule)})
    seen = {event: records[event.id] for event in mine}
    for pk in sorted(set(others) - set(records)):
        seen[_candidate(others[pk], given=False, keyed=pk in keyed)] = others[pk]
    return seen


def _candidate(
    record: EventRecord,
    *,
    given: bool,
    keyed: bool,
    client: Client | None = None,
    component: Component | None = None,
) -> CandidateEvent:
    return CandidateEvent(
        id=record.pk,
        source=record.source,
        detected_at=record.detected_at,
        severity_hint=record.severity_hint,
        client_id=record.client_id if record.client_id is not None or client is None else client.pk,
        component_id=record.component_id if record.component_id is not None or component is None else component.pk,
        attributes=record.attributes,
        given=given,
        keyed=keyed,
    )


def _with_key(key: str, given: list[CandidateEvent], rule: GroupingRule) -> Any:
    """Stored events with this key, within the window of the rule."""
    return _around(given, rule).filter(correlations__correlation_key__folded=key).distinct()[:MAX_RELATED_EVENTS]


def _related(given: list[CandidateEvent], rule: GroupingRule) -> Any:
    """Stored events in the group of a given event. The correlation decides which of them count."""
    near = _around(given, rule)
    if rule.group_by == BY_CLIENT_AND_COMPONENT:
        pairs = {(event.client_id, event.component_id) for event in given if event.client_id is not None}
        same = Q(pk__in=[])
        for client_id, component_id in sorted(pairs, key=str):
            same |= Q(client_id=client_id, component_id=component_id)
        return near.filter(same)[:MAX_RELATED_EVENTS]
    if rule.group_by.startswith(BY_ATTRIBUTE):
        name = rule.group_by.removeprefix(BY_ATTRIBUTE)
        values = [event.attributes[name] for event in given if event.attributes.get(name) is not None]
        return near.alias(shared=KeyTransform(name, "attributes")).filter(shared__in=values)[:MAX_RELATED_EVENTS]
    if rule.group_by in (BY_CLIENT, BY_COMPONENT):
        column = f"{rule.group_by}_id"
        known = {getattr(event, column) for event in given} - {None}
        return near.filter(**{f"{column}__in": known})[:MAX_RELATED_EVENTS]
    return near.filter(source__in={event.source for event in given})[:MAX_RELATED_EVENTS]


def _around(given: list[CandidateEvent], rule: GroupingRule) -> Any:
    """Unsettled events around the time of the given ones, latest first."""
    times = [event.detected_at for event in given]
    between = (min(times) - rule.window, max(times) + rule.window)
    return EventRecord.objects.uncorrelated_or_open().filter(detected_at__range=between).order_by("-detected_at", "-id")
