"""SOP 2: Event Detection & Correlation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from rest_framework.status import HTTP_200_OK

from core.codes import Code
from core.errors import Item, Refusal
from core.hooks import hooks
from core.operations.bodies import read_body
from core.operations.dispatch import execute
from core.operations.registry import operation, registry
from core.operations.results import Answer
from core.sql.locking import locking
from core.verbs import Verb
from incidents.bodies import EventIncidentBody
from incidents.choices import INCIDENT_MOVES, UNRESOLVED
from incidents.events.answers import correlation_answer
from incidents.events.choices import Decision
from incidents.events.correlation import CandidateEvent, Criteria, RelatedEvents, decide, key_of
from incidents.events.criteria import criteria_in_force
from incidents.events.draft import incident_body, stated_category
from incidents.events.related import candidate_events
from incidents.events.serializers import CorrelateBody, CorrelationAnswer, EventBody, RecordedEvent
from incidents.lifecycle import require_not_closed
from incidents.models import EventCorrelation, EventRecord, Incident
from incidents.service_levels.timers import change_stamped
from incidents.severity_updates import raise_by_hint
from users.choices import IM
from users.models import User

Seen = Mapping[CandidateEvent, EventRecord]


@dataclass(frozen=True, slots=True)
class CorrelationDecision:
    """A decision, its events, and its reasons."""

    decision: Decision
    group: RelatedEvents
    reasons: tuple[str, ...]
    incident: Incident | None = None


@operation(
    "event.record",
    sop=2,
    roles={IM},
    verb=Verb.IDENTIFY,
    subject="event_record",
    body=EventBody,
    answers=RecordedEvent,
)
def record_event(*, actor: User, **fields: Any) -> Answer:
    """Record an alert or a submission; a repeated one is recognised and returns its existing record.

    SOP 2. An event is a repeat if it has the same source, `attributes.fingerprint` and `detected_at`, or the same
    `attributes.event_id` of the source: nothing is written, and the response has `already_recorded`. The same
    fingerprint at another time is another event. Raises Refusal: validation_error, invalid_reference.
    """
    fields.setdefault("detected_at", timezone.now())
    stated = fields.get("attributes", {})
    marks = {"fingerprint": stated.get("fingerprint"), "source_event_id": stated.get("event_id")}
    event = EventRecord(**marks, **fields)
    known = _known(event) or _saved(event)
    resent = known is not event
    return Answer(known, {"already_recorded": resent}, HTTP_200_OK if resent else None)


@operation(
    "event.correlate",
    sop=2,
    roles={IM},
    verb=Verb.IDENTIFY,
    subject="event_correlation",
    body=CorrelateBody,
    answers=CorrelationAnswer,
    moves=INCIDENT_MOVES.new(),
    raises=[Code.INVALID_REFERENCE, Code.INVALID_TRANSITION, Code.SEVERITY_MISMATCH],
)
def correlate_events(
    *,
    actor: User,
    events: Iterable[EventRecord] = (),
    payloads: Iterable[dict[str, Any]] = (),
    correlation_key: str = "",
    rule: dict[str, Any] | None = None,
    thresholds: dict[str, Any] | None = None,
    link_to: Incident | None = None,
    incident: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Correlate events once, and create an incident, link them to one, or record them for trending.

    SOP 2. Criteria in the request take precedence over active stored rules, and those over the defaults. Everything is
    written in one transaction. Raises Refusal: validation_error (correlation_failed, required), invalid_reference,
    invalid_transition (link to a closed incident), severity_mismatch.
    """
    given, resent = _given(actor, events, payloads)
    criteria = criteria_in_force(rule, thresholds)
    stated = incident or {}
    seen = candidate_events(
        given, criteria, correlation_key, client=stated.get("client"), component=stated.get("component")
    )
    outcome = decide(seen, criteria, correlation_key)
    if link_to is not None:
        ruling = _link(link_to, _linked_group(seen, outcome.calling, criteria, correlation_key))
    elif outcome.met:
        ruling = _open(actor, _only(outcome.calling), seen, incident)
    else:
        ruling = CorrelationDecision(Decision.RECORDED_FOR_TRENDING, RelatedEvents("", frozenset()), outcome.reasons)
    rows = _write(seen, ruling, criteria, correlation_key)
    shown = correlation_answer(actor, ruling.decision, ruling.reasons, ruling.incident, rows)
    marked = [{**event, "already_recorded": event["id"] in resent} for event in shown["events"]]
    return {**shown, "events": marked}


def _known(event: EventRecord) -> EventRecord | None:
    """The existing record of the same event, if it was sent before."""
    same = Q(pk__in=())
    if event.fingerprint is not None:
        same |= Q(fingerprint=event.fingerprint, detected_at=event.detected_at)
    if event.source_event_id is not None:
        same |= Q(source_event_id=event.source_event_id)
    found: EventRecord | None = EventRecord.objects.filter(same, source=event.source).order_by("pk").first()
    return found


def _saved(event: EventRecord) -> EventRecord:
    """The event once written, or the same alert written by a concurrent request: the database decides."""
    try:
        with transaction.atomic():
            event.save()
    except IntegrityError:
        known = _known(event)
        if known is None:
            raise
        return known
    return event


def _given(
    actor: User, events: Iterable[EventRecord], payloads: Iterable[dict[str, Any]]
) -> tuple[list[EventRecord], set[int]]:
    """The referenced events and those of the payloads, each once, in a fixed order that prevents deadlocks; and the ids
    of the payloads' events that earlier requests had recorded.
    """
    ordered = sorted(payloads, key=_identity)
    answers = [execute("event.record", actor=actor, data=each) for each in ordered]
    known = {each.record.pk for each in answers if each.extra["already_recorded"]}
    made = {each.record.pk for each in answers if not each.extra["already_recorded"]}
    found = {event.pk: event for event in (*events, *(each.record for each in answers))}
    return [found[pk] for pk in sorted(found)], known - made


def _identity(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """The identity of an event, as sortable text."""
    stated = payload.get("attributes", {})
    marks = (stated.get("fingerprint"), stated.get("event_id"), payload.get("detected_at"))
    return (payload["source"], *map(str, marks))


def _only(groups: tuple[RelatedEvents, ...]) -> RelatedEvents:
    """The single group that requires an incident. Raises Refusal (400) if there are several: correlation failed."""
    if len(groups) == 1:
        return groups[0]
    detail = f"The events are unrelated, and {len(groups)} groups of them require separate incidents."
    facts = [
        {"correlation_key": group.key, "event_record_ids": sorted(event.id for event in group.events)}
        for group in groups
    ]
    item = Item("correlation_failed", detail, "event_record_ids", {"groups": facts})
    advice = "Correlate each group separately, or send a correlation_key for all of them."
    raise Refusal(Code.VALIDATION_ERROR, detail, rule="one_incident_at_a_time", errors=[item], next=advice)


def _linked_group(seen: Seen, calling: tuple[RelatedEvents, ...], criteria: Criteria, key: str) -> RelatedEvents:
    """For an explicit link: the given events, and the events that the criteria relate to them."""
    given = frozenset(event for event in seen if event.given)
    first = min(given, key=lambda event: event.id)
    return RelatedEvents(key or key_of(first, criteria.relation), given.union(*(group.events for group in calling)))


def _link(incident: Incident, group: RelatedEvents) -> CorrelationDecision:
    require_not_closed(incident)
    reason = f"The request links the events to {incident.incident_code}."
    return _linked(incident.pk, group, (reason,))


def _linked(incident_id: int, group: RelatedEvents, reasons: tuple[str, ...]) -> CorrelationDecision:
    """Link a group; the hints of its new events become facts of the incident (SOP 13)."""
    incident = locking(Incident.objects).get(pk=incident_id)
    require_not_closed(incident)
    known = EventCorrelation.objects.filter(incident=incident).values_list("event_id", flat=True)
    before = set(known.filter(event_id__in=[event.id for event in group.events]))
    hints = [event.severity_hint for event in group.events if event.id not in before and event.severity_hint]
    raised = raise_by_hint(incident, min(hints, default=""))
    if raised:
        change_stamped(incident)
        hooks.changed(incident)
    else:
        incident.save()
    return CorrelationDecision(Decision.LINKED, group, (*reasons, *([raised] if raised else [])), incident)


def _open(actor: User, group: RelatedEvents, seen: Seen, stated: dict[str, Any] | None) -> CorrelationDecision:
    """Create the incident under SOP 12, or link to the existing unresolved one."""
    body = {"reporter_id": actor.pk, **incident_body(group, seen, stated)}
    unknown_kind = not (stated or {}).get("category") and not stated_category(group, seen)
    twin = _unresolved_at_component(body) if unknown_kind else None
    if twin is None:
        try:
            data = read_body(registry["incident.create"], actor, None, body, EventIncidentBody)
            created = execute("incident.create", actor=actor, data={**data, "event_hint": group.severity})
            return CorrelationDecision(Decision.INCIDENT_CREATED, group, group.reasons, created)
        except Refusal as refusal:
            twin = _twin(refusal)
            if twin is None:
                raise
    reason = f"{twin.incident_code} for the same problem is not resolved yet."
    return _linked(twin.pk, group, (*group.reasons, reason))


def _unresolved_at_component(body: Mapping[str, Any]) -> Incident | None:
    """Without a stated category, any unresolved incident of the client and component counts as the same problem."""
    if body["component_id"] is None:
        return None
    place = {"client_id": body["client_id"], "component_id": body["component_id"]}
    twin: Incident | None = Incident.objects.filter(status__in=UNRESOLVED, **place).order_by("-id").first()
    return twin


def _twin(refusal: Refusal) -> Incident | None:
    if refusal.code != Code.DUPLICATE_OPEN_INCIDENT:
        return None
    twin: Incident | None = Incident.objects.filter(pk=refusal.errors[0].facts.get("existing_id", 0)).first()
    return twin


def _write(seen: Seen, ruling: CorrelationDecision, criteria: Criteria, key: str) -> list[EventCorrelation]:
    """One correlation for each event of the group, and one for trending for each other given event."""
    rows = []
    for event in sorted(seen, key=lambda each: each.id):
        if event in ruling.group.events:
            rows.append(_correlation(event.id, key or ruling.group.key, ruling.decision, ruling.incident))
        elif event.given:
            rows.append(_correlation(event.id, key_of(event, criteria.relation, key), Decision.RECORDED_FOR_TRENDING))
    return rows


def _correlation(event_id: int, key: str, decision: Decision, incident: Incident | None = None) -> EventCorrelation:
    """The correlation of an event with an incident, or for trending under a key; an existing one is kept."""
    same = {"event_id": event_id, "incident": incident, **({} if incident else {"correlation_key": key})}
    known: EventCorrelation | None = EventCorrelation.objects.filter(**same).order_by("id").first()
    if known is not None:
        return known
    row = EventCorrelation(event_id=event_id, correlation_key=key, decision=decision, incident=incident)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        return EventCorrelation.objects.get(**same)  # written by a concurrent request
    return row
