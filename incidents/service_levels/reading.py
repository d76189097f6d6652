"""What is shown of an incident's service levels: computed when it is read, with the arithmetic that led there."""

from collections import deque
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from incidents.models import Incident
from incidents.service_levels.clock import Clock, Stretch, minutes
from incidents.service_levels.states import state_of
from incidents.service_levels.terms import SlaTerms
from incidents.service_levels.timers import answered_at, clock_of

# So many of the latest counted intervals are shown one by one.
MOST_INTERVALS = 100


def service_levels_of(incident: Incident, at: datetime | None = None) -> dict[str, Any]:
    """The state of both clocks of an incident at this moment (or another one), and how it was reckoned."""
    now, clock, answered = at or timezone.now(), clock_of(incident), answered_at(incident)
    response_terms = clock.terms if answered is None else clock.terms_at(answered)
    return {
        "agreement_id": incident.sla_agreement_id,
        "state": str(state_of(incident, now)),
        "response": _measure(clock, incident.response_due_at, response_terms.response_minutes, answered, now),
        "resolution": _measure(
            clock, incident.resolution_due_at, clock.terms.resolution_minutes, incident.resolved_at, now
        ),
        "arithmetic": _arithmetic(incident, clock, now),
    }


def _measure(
    clock: Clock, due_at: datetime | None, target: int | None, met_at: datetime | None, now: datetime
) -> dict[str, Any]:
    """One clock against its target; without a target nothing is counted."""
    if target is None:
        return {"due_at": None, "elapsed_minutes": None, "remaining_minutes": None, "breached": False, "met_at": met_at}
    end = met_at or now
    passed = clock.elapsed(end)
    return {
        "due_at": due_at,
        "elapsed_minutes": minutes(passed),
        "remaining_minutes": target - minutes(passed),
        "breached": (due_at is not None and end > due_at) or passed > timedelta(minutes=target),
        "met_at": met_at,
    }


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
        "running": clock.is_running and terms.promised,
        "counted_minutes": minutes(clock.elapsed(now)),
        "stretches": [_shown(each, now) for each in clock.stretches],
        "intervals": shown,
        "intervals_left_out": left_out,
    }


def _why(incident: Incident, terms: SlaTerms) -> str:
    """Why this agreement counts, or why none does, and whether a breach was stamped under earlier terms."""
    product = "to the component's product" if incident.component_id else "of the client (no component is named)"
    sentence = f"No active {incident.severity} agreement stands on an active, current subscription {product}."
    if terms.promised:
        sentence = (
            f"Agreement {terms.agreement_id} is the active one for {terms.severity} on the {terms.tier} subscription "
            f"{terms.subscription_id} {product}: the best tier, then the oldest subscription."
        )
    return f"{sentence} A breach was stamped on the incident, and stays." if incident.sla_breach else sentence


def _shown(stretch: Stretch, now: datetime) -> dict[str, Any]:
    return {
        "from": stretch.start,
        "to": stretch.end,
        "reasons": list(stretch.reasons),
        "agreement_id": stretch.terms.agreement_id,
        "severity": stretch.terms.severity,
        "coverage": stretch.terms.coverage,
        "minutes": minutes(stretch.until(now)),
    }


def _intervals(clock: Clock, now: datetime) -> tuple[list[dict[str, Any]], int]:
    """The latest counted intervals, oldest first, and how many came before them."""
    latest: deque[dict[str, Any]] = deque(maxlen=MOST_INTERVALS)
    count = 0
    for stretch in clock.stretches:
        for begin, end in stretch.intervals(now):
            latest.append({"from": begin, "to": end, "minutes": minutes(end - begin)})
            count += 1
    return list(latest), count - len(latest)
