"""Derives metrics from the server's own records: one function for each type, with at most one statement each."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, Max, Min, Q

from incidents.models import Incident
from incidents.service_levels.states import BREACHED_WITHOUT_PAUSES
from reporting.metrics.choices import LARGEST, TOLERANCE, MetricType, MetricUnit

MINUTE = timedelta(minutes=1)
CENT = Decimal("0.01")
BREACHED = Q(sla_breach=True)


class UnderivableError(Exception):
    """The records do not suffice. Its arguments are a code and a sentence with the missing data."""


def derive(metric_type: str, incident: Incident) -> Decimal:
    """The value of a metric for an incident, in its unit, to two decimals. Raises UnderivableError."""
    return DERIVATIONS[metric_type](incident).quantize(CENT, ROUND_HALF_UP)


def derive_without_pauses(metric_type: str, incident: Incident) -> Decimal | None:
    """The breach rate without pauses; None for other metrics. Raises UnderivableError."""
    if metric_type != MetricType.SLA_BREACH_RATE:
        return None
    return _breach_rate(incident, BREACHED_WITHOUT_PAUSES).quantize(CENT, ROUND_HALF_UP)


def agrees(stated: Decimal, derived: Decimal) -> bool:
    """Whether a stated value matches the derived one."""
    return abs(stated - derived) < TOLERANCE


def _between(later: str, earlier: str) -> Callable[[Incident], Decimal]:
    def minutes(incident: Incident) -> Decimal:
        for name in (earlier, later):
            if getattr(incident, name) is None:
                raise UnderivableError(f"{name}_missing", f"The incident has no {name}.")
        return _minutes(getattr(incident, later), getattr(incident, earlier))

    return minutes


def _between_failures(incident: Incident) -> Decimal:
    """The mean interval between consecutive detections: the time from first to last, divided by the number of
    intervals.
    """
    seen: dict[str, Any] = _alike(incident).aggregate(
        first=Min("detected_at"), last=Max("detected_at"), number=Count("id")
    )
    gaps: int = seen["number"] - 1
    if gaps < 1:
        raise UnderivableError("no_other_incident", f"There is no other incident of the same {_subject(incident)}.")
    return _minutes(seen["last"], seen["first"]) / gaps


def _breach_rate(incident: Incident, breached: Q = BREACHED) -> Decimal:
    """The share of breached incidents among this client's resolved incidents, and of the same component if there is
    one.
    """
    alike = Incident.objects.filter(client_id=incident.client_id, resolved_at__isnull=False)
    if incident.component_id is not None:
        alike = alike.filter(component_id=incident.component_id)
    seen = alike.aggregate(resolved=Count("id"), breached=Count("id", filter=breached))
    if not seen["resolved"]:
        raise UnderivableError("no_resolved_incident", "None of the client's incidents has a resolution time.")
    return LARGEST[MetricUnit.PERCENT] * int(seen["breached"]) / int(seen["resolved"])


def _alike(incident: Incident) -> Any:
    """The incidents of the same component or, without one, of the same client."""
    name = f"{_subject(incident)}_id"
    return Incident.objects.filter(**{name: getattr(incident, name)})


def _subject(incident: Incident) -> str:
    return "client" if incident.component_id is None else "component"


def _minutes(later: datetime, earlier: datetime) -> Decimal:
    if later < earlier:  # only imported rows can have it
        raise UnderivableError("times_not_ordered", "The times of the incident are not in order.")
    return Decimal((later - earlier) / MINUTE)


DERIVATIONS: dict[str, Callable[[Incident], Decimal]] = {
    MetricType.MEAN_TIME_TO_DETECT: _between("detected_at", "occurred_at"),
    MetricType.MEAN_TIME_TO_ACKNOWLEDGE: _between("acknowledged_at", "detected_at"),
    MetricType.MEAN_TIME_TO_RESOLVE: _between("resolved_at", "detected_at"),
    MetricType.MEAN_TIME_BETWEEN_FAILURES: _between_failures,
    MetricType.SLA_BREACH_RATE: _breach_rate,
}
