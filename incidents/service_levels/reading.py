"""The representation of an incident's service levels, calculated when it is read, with the arithmetic."""

from collections import deque
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from incidents.models import ClockPause, Incident
from incidents.service_levels.clock import Clock, Stretch, allowed, minutes
from incidents.service_levels.measures import Measure, calculation_of
from incidents.service_levels.states import state_of
from incidents.service_levels.terms import SlaTerms
from incidents.service_levels.timers import clock_of, responded_at_of

# The maximum number of counted intervals in a response.
MAX_INTERVALS = 100


def service_levels_of(incident: Incident, at: datetime | None = None) -> dict[str, Any]:
    """The state of both clocks of an incident now, or at another instant, and its calculation.

    The resolution is included both with and without pauses.
    """
    now, clock = at or timezone.now(), clock_of(incident)
    response, resolution, unpaused = _measures(incident, clock, now)
    return {
        "agreement_id": incident.sla_agreement_id,
        "state": str(state_of(incident, now)),
        "response": response.shown(),
        "resolution": resolution.shown(),
        "resolution_without_pauses": unpaused.shown(),
        "arithmetic": {
            **_arithmetic(incident, clock, now),
            "response": calculation_of(response.clock, response.budget),
            "resolution": calculation_of(resolution.clock, resolution.budget),
            "pauses": _pauses(incident, clock, now),
        },
    }


def _measures(incident: Incident, clock: Clock, now: datetime) -> tuple[Measure, Measure, Measure]:
    """The response, the resolution, and the resolution without pauses."""
    answered, resolved = responded_at_of(incident), incident.resolved_at
    response, resolution = clock.without_pauses.as_of(answered or now), clock.as_of(resolved or now)
    unpaused, budget = resolution.without_pauses, resolution.terms.resolution
    due_unpaused = unpaused.due(allowed(budget)) if budget and clock.has_pauses else incident.resolution_due_at
    return (
        Measure(response, response.terms.response, incident.response_due_at, answered, now),
        Measure(resolution, budget, incident.resolution_due_at, resolved, now),
        Measure(unpaused, budget, due_unpaused, resolved, now),
    )


def _arithmetic(incident: Incident, clock: Clock, now: datetime) -> dict[str, Any]:
    terms = clock.terms
    shown, left_out = _intervals(clock, now)
    return {
        "why": _why(incident, terms),
        "subscription_id": terms.subscription_id,
        "tier": terms.tier,
        "severity": terms.severity or incident.severity,
        "coverage": terms.coverage,
        "calendar": terms.calendar,
        "targets": {
            "response_minutes": terms.response_minutes,
            "resolution_minutes": terms.resolution_minutes,
            "at_risk_percent": settings.IMS_SLA_AT_RISK_PERCENT,
        },
        "started_at": incident.detected_at,
        "running": clock.is_running and terms.has_agreement,
        "paused": clock.is_paused,
        "pauses_allowed": terms.pauses_allowed,
        "counted_minutes": minutes(clock.elapsed(now)),
        "stretches": [_shown(each, now) for each in clock.stretches],
        "intervals": shown,
        "intervals_left_out": left_out,
    }


def _why(incident: Incident, terms: SlaTerms) -> str:
    """Why this agreement applies, or none, and whether a breach was recorded under earlier terms."""
    product = "to the component's product" if incident.component_id else "of the client (no component is named)"
    sentence = f"No active {incident.severity} agreement exists on an active, current subscription {product}."
    if terms.has_agreement:
        sentence = (
            f"Agreement {terms.agreement_id} is the active one for {terms.severity} on the {terms.tier} subscription "
            f"{terms.subscription_id} {product}: the best tier, then the oldest subscription."
        )
    return f"{sentence} A breach was recorded on the incident and is permanent." if incident.sla_breach else sentence


def _shown(stretch: Stretch, now: datetime) -> dict[str, Any]:
    return {
        "from": stretch.start,
        "to": stretch.end,
        "reasons": list(stretch.reasons),
        "agreement_id": stretch.terms.agreement_id,
        "severity": stretch.terms.severity,
        "coverage": stretch.terms.coverage,
        "paused": stretch.paused,
        "minutes": minutes(stretch.until(now).covered),
    }


def _pauses(incident: Incident, clock: Clock, now: datetime) -> list[dict[str, Any]]:
    """The pauses, oldest first, with the covered time of each; no query if there are none."""
    if not clock.has_pauses:
        return []
    found = ClockPause.objects.filter(incident=incident, started_at__lte=now).order_by("id")
    return [
        {
            "id": pause.pk,
            "reason": pause.reason,
            "from": pause.started_at,
            "to": pause.ended_at,
            "minutes": minutes(_covered_in(clock, pause.started_at, pause.ended_at or now)),
        }
        for pause in found
    ]


def _covered_in(clock: Clock, start: datetime, end: datetime) -> timedelta:
    within = (each for each in clock.stretches if each.paused and start <= each.start <= end)
    return sum((each.until(end).covered for each in within), timedelta())


def _intervals(clock: Clock, now: datetime) -> tuple[list[dict[str, Any]], int]:
    """The latest counted intervals, oldest first, and the number of omitted earlier ones."""
    latest: deque[dict[str, Any]] = deque(maxlen=MAX_INTERVALS)
    count = 0
    for stretch in clock.stretches:
        for begin, end in stretch.intervals(now):
            latest.append({"from": begin, "to": end, "minutes": minutes(end - begin)})
            count += 1
    return list(latest), count - len(latest)
