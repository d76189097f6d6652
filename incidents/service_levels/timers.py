"""Stamps service levels on incidents: due times, agreement, breaches. There are no background jobs: operations that
change an input of a clock call this module in their transaction, and values that depend on the current time are
calculated when they are read.

An operation that changes an incident calls `stamp` before saving, so that one save and one audit entry contain the
change and its consequences. `restamp_incident` serves higher layers, which only announce a change.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from clients.agreement_lookup import AgreementCriteria, ApplicableAgreement, applicable_agreements, best_agreement
from clients.budgets import Budget
from clients.choices import Severity
from clients.clocks import HORIZON
from clients.models import Calendar, Client, SlaAgreement, Subscription
from clients.terms import close_terms
from core.hooks import Hooks
from core.models import server_time
from core.sql.locking import locking
from incidents.choices import UNRESOLVED, PauseEnd
from incidents.models import Incident
from incidents.service_levels.clock import Clock, allowed
from incidents.service_levels.history import read_clock, stored_clock
from incidents.service_levels.pauses import end_pause
from incidents.service_levels.terms import SlaTerms, terms_of

# The incident's fields that affect its service levels.
TERM_FIELDS = ("severity", "component_id", "status", "acknowledged_at", "resolved_at", "downtime_minutes")


def clock_of(incident: Incident) -> Clock:
    return read_clock(incident.sla_history, incident.sla_elapsed)


def responded_at_of(incident: Incident) -> datetime | None:
    """The response time: the acknowledgement, or else the resolution. A reopening does not change it."""
    return incident.responded_at or incident.acknowledged_at or incident.resolved_at


def preserve_response_time(incident: Incident) -> None:
    """Store the response time, without saving. Call it before a reopening clears the resolution."""
    incident.responded_at = responded_at_of(incident)


def change_stamped(incident: Incident, **values: Any) -> Incident:
    """Set these attributes, update the service levels, and save. Returns the incident."""
    for name, value in values.items():
        setattr(incident, name, value)
    stamp(incident)
    incident.save()
    return incident


def stamp(incident: Incident, candidates: Sequence[ApplicableAgreement] | None = None) -> None:
    """Update an incident's service levels, without saving; one query unless `candidates` are given."""
    clock = clock_of(incident)
    now = _now(incident, clock)
    if clock.is_running:
        _record_breaches(incident, clock, now)
    if clock.is_paused:
        clock = _without_pause(incident, clock, now)
    if incident.resolved_at is None or clock.last is None:
        clock = _running_clock(incident, clock, now, candidates)
    if incident.resolved_at is not None:
        clock = clock.stopped(incident.resolved_at)
    _set_next_times(incident, clock)
    _record_breaches(incident, clock, now)
    _record_recovery_breach(incident, clock, now)
    _store(incident, clock)
    incident.stamped_for = _basis(incident)


def pause_clock(incident: Incident) -> datetime:
    """Pause the resolution clock of an incident, without saving. Returns the time of the pause."""
    return _transition(incident, Clock.paused)


def resume_clock(incident: Incident) -> datetime:
    """Resume the resolution clock of an incident, without saving. Returns the time of the resumption."""
    return _transition(incident, Clock.resumed)


def start_clock(incident: Incident) -> None:
    """Start the clock of an unresolved imported incident, without saving it.

    No breach is recorded: the incident keeps its imported breaches until it changes. A resolved imported incident has
    no clock; reopening it starts a new one.
    """
    if incident.status in UNRESOLVED and incident.resolved_at is None:
        clock = _running_clock(incident, clock_of(incident), server_time(incident))
        _set_next_times(incident, clock)
        _store(incident, clock)


def restamp_incident(incident: Incident) -> None:
    """Update and save an incident whose operation only announced its change."""
    if incident.stamped_for != _basis(incident):
        stamp(incident)
        incident.save()


def restamp_client(client_id: int) -> int:
    """Update the unresolved incidents of a client whose agreements, subscriptions or calendar changed.

    Returns how many changed. Incidents can be opened in the meantime: only the last query, for those opened since the
    first, excludes new ones.
    """
    unresolved = Incident.objects.filter(client_id=client_id, status__in=UNRESOLVED).order_by("pk")
    stamped = _restamp(client_id, unresolved)
    close_terms(client_id)
    if opened := set(unresolved.order_by().values_list("pk", flat=True)) - stamped.keys():
        stamped |= _restamp(client_id, unresolved.filter(pk__in=opened))
    return sum(stamped.values())


def _restamp(client_id: int, unresolved: QuerySet[Incident]) -> dict[int, bool]:
    """Stamp incidents of a client by its current terms; returns for each id whether the incident changed.

    Costs two queries, plus one audited save for each incident that changes.
    """
    incidents = list(locking(unresolved.select_related("component")))
    candidates = applicable_agreements(client_id) if incidents else []
    versions = [incident.version for incident in incidents]
    for incident in incidents:
        stamp(incident, candidates)
        incident.save()
    return {incident.pk: incident.version != version for incident, version in zip(incidents, versions, strict=True)}


def register_hooks(hooks: Hooks) -> None:
    """Register the functions that update incidents and detect running clocks, in order."""
    hooks.on_change(Incident.entity_type, restamp_incident)
    hooks.on_change(SlaAgreement.entity_type, _agreement_changed)
    hooks.on_change(Subscription.entity_type, _terms_of_client_changed)
    hooks.on_change(Calendar.entity_type, _terms_of_client_changed)
    hooks.on_dependants(Client.entity_type, clock_uses_calendar)
    hooks.on_dependants(Subscription.entity_type, clock_uses_subscription)


def clock_uses_calendar(client: Client) -> bool:
    """Whether a running clock uses a client's business hours; round-the-clock coverage does not."""
    running = Incident.objects.filter(client=client, status__in=UNRESOLVED, sla_agreement__isnull=False).order_by()
    clocks = running.values_list("sla_history", "sla_elapsed")
    return any(read_clock(*counted_time).terms.calendar is not None for counted_time in clocks)


def clock_uses_subscription(subscription: Subscription) -> bool:
    running = Incident.objects.filter(client_id=subscription.client_id, status__in=UNRESOLVED)
    return bool(running.filter(sla_agreement__subscription=subscription).exists())


def _agreement_changed(agreement: SlaAgreement) -> None:
    restamp_client(agreement.subscription.client_id)


def _terms_of_client_changed(record: Subscription | Calendar) -> None:
    restamp_client(record.client_id)


def _transition(incident: Incident, turn: Callable[[Clock, datetime], Clock]) -> datetime:
    clock = clock_of(incident)
    now = _now(incident, clock)
    _record_breaches(incident, clock, now)
    clock = turn(clock, now)
    _set_due_times(incident, clock)
    _set_next_times(incident, clock)
    _store(incident, clock)
    return clock.last.start if clock.last else now


def _now(incident: Incident, clock: Clock) -> datetime:
    """The server's time, never before the clock's last turn."""
    now, last = server_time(incident), clock.last
    return now if last is None else max(now, last.start, last.end or last.start)


def _without_pause(incident: Incident, clock: Clock, now: datetime) -> Clock:
    """The clock after events that end a pause: a resolution, and a rise to P1, which cannot be paused."""
    if incident.resolved_at is None and incident.severity != Severity.P1:
        return clock
    resolved = incident.resolved_at is not None
    clock = clock.resumed(incident.resolved_at or now)
    incident.resolution_due_at = _due(clock, clock.terms.resolution)
    cause = PauseEnd.RESOLVED if resolved else PauseEnd.SEVERITY_RAISED
    end_pause(incident, clock.last.start if clock.last else now, cause)
    return clock


def _clock_start(incident: Incident, now: datetime) -> datetime:
    """The start of a new clock: the detection, limited to the last years for an incident with an older detection.

    An imported incident that was resolved before clocks were recorded gets a new clock when it is reopened: the time it
    spent resolved does not count, and its start is unknown.
    """
    if incident.resolved_at is None and incident.changes().get("resolved_at", (None,))[0] is not None:
        return now
    return max(incident.detected_at, now - HORIZON)


def _running_clock(
    incident: Incident, clock: Clock, now: datetime, candidates: Sequence[ApplicableAgreement] | None = None
) -> Clock:
    """The running clock under the current terms; sets the agreement and the due times."""
    running = clock.running(_current_terms(incident, candidates), since=_clock_start(incident, now), now=now)
    incident.sla_agreement_id = running.terms.agreement_id
    _set_due_times(incident, running)
    return running


def _store(incident: Incident, clock: Clock) -> None:
    incident.sla_history, incident.sla_elapsed = stored_clock(clock), clock.counted_time


def _basis(incident: Incident) -> tuple[Any, ...]:
    return tuple(getattr(incident, name) for name in TERM_FIELDS)


def _current_terms(incident: Incident, candidates: Sequence[ApplicableAgreement] | None) -> SlaTerms:
    product_id = incident.component.product_id if incident.component is not None else None
    criteria = AgreementCriteria(incident.severity, product_id, incident.detected_at)
    known: Iterable[ApplicableAgreement] = (
        applicable_agreements(incident.client_id, criteria) if candidates is None else candidates
    )
    return terms_of(best_agreement(known, criteria), incident.severity, incident.detected_at)


def _set_due_times(incident: Incident, clock: Clock) -> None:
    """Set the due times. A response that was already given keeps its due time."""
    answered, start = responded_at_of(incident), clock.start
    unjudged = incident.response_due_at is None
    if answered is None or (unjudged and start is not None and start <= answered):
        incident.response_due_at = _due(clock.without_pauses, clock.terms.response)
    incident.resolution_due_at = _due(clock, clock.terms.resolution)


def _due(clock: Clock, budget: Budget | None, percent: int = 100) -> datetime | None:
    return None if budget is None else clock.due(allowed(budget, percent))


def _set_next_times(incident: Incident, clock: Clock) -> None:
    """Set when the first running clock is at risk and when the first is due."""
    terms, percent = clock.terms, settings.IMS_SLA_AT_RISK_PERCENT
    pending = [(incident.resolution_due_at, clock, terms.resolution)]
    if responded_at_of(incident) is None:
        pending.append((incident.response_due_at, clock.without_pauses, terms.response))
    running = [each for each in pending if each[0] is not None and clock.is_running]
    risks = [_due(counted, budget, percent) for _, counted, budget in running]
    incident.sla_due_at = min((moment for moment, *_ in running if moment is not None), default=None)
    incident.sla_at_risk_at = min((risk for risk in risks if risk is not None), default=None)


def _record_breaches(incident: Incident, clock: Clock, now: datetime) -> None:
    """Record a breach permanently: a target is met by a response or resolution by its due time. A resolution in time
    only because of pauses is recorded too, for breach rates without pauses.
    """
    answered, resolved = responded_at_of(incident) or now, incident.resolved_at or now
    late = _is_late(answered, incident.response_due_at) or _is_late(resolved, incident.resolution_due_at)
    incident.sla_breach = incident.sla_breach or late
    if clock.has_pauses:
        late = _is_late(resolved, _due(clock.as_of(resolved).without_pauses, clock.terms.resolution))
        incident.kept_by_pauses = incident.kept_by_pauses or late
    incident.kept_by_pauses = incident.kept_by_pauses and not incident.sla_breach


def _is_late(end: datetime, due_at: datetime | None) -> bool:
    return due_at is not None and end > due_at


def _record_recovery_breach(incident: Incident, clock: Clock, now: datetime) -> None:
    """Record a breach of the recovery time objective: the stated downtime, else the wall-clock time since detection
    without the time between a resolution and its reopening. Pausing the clock does not end the downtime."""
    objective, stated = clock.terms.rto_minutes, incident.downtime_minutes
    if objective is None:
        return
    down = (
        clock.without_pauses.elapsed_time(incident.resolved_at or now).wall
        if stated is None
        else timedelta(minutes=stated)
    )
    incident.rto_breach = incident.rto_breach or down > timedelta(minutes=objective)
