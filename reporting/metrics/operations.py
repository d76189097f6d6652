"""SOP 22: Recording Performance Metrics."""

from decimal import Decimal

from core.codes import Code
from core.errors import Item, Refusal
from core.operations.registry import operation
from core.verbs import Verb
from incidents.choices import IncidentStatus
from incidents.models import Incident
from reporting.metrics.derivation import UnderivableError, agrees, derive, derive_without_pauses
from reporting.metrics.models import Metric
from reporting.metrics.serializers import MetricBody, MetricOutput
from users.choices import IM, SA
from users.models import User


@operation(
    "metric.record",
    sop=22,
    roles={IM, SA},
    verb=Verb.CREATE,
    subject="metric",
    body=MetricBody,
    answers=MetricOutput,
    raises=[Code.PRECONDITION_FAILED, Code.CALCULATION_FAILED],
    condition="incident closed",
)
def record_metric(
    *,
    actor: User,
    incident: Incident,
    metric_type: str,
    unit: str,
    calculated_value_minutes: Decimal | None = None,
    target_minutes: Decimal | None = None,
) -> Metric:
    """Record a metric of a closed incident, with the derived value next to the stated one.

    SOP 22. Raises Refusal: precondition_failed (incident_not_closed), calculation_failed (neither stated nor
    derivable), invalid_reference, validation_error.
    """
    _require_closed(incident)
    derived, lacking = _derived(metric_type, incident)
    value = derived if calculated_value_minutes is None else calculated_value_minutes
    if value is None:
        raise _not_calculable(metric_type, lacking)
    metric = Metric(
        incident=incident,
        metric_type=metric_type,
        unit=unit,
        calculated_value_minutes=value,
        target_minutes=target_minutes,
        stated=calculated_value_minutes is not None,
        derived_value=derived,
        matches=None if derived is None else agrees(value, derived),
        derived_without_pauses=None if derived is None else derive_without_pauses(metric_type, incident),
    )
    metric.save()
    return metric


def _require_closed(incident: Incident) -> None:
    if incident.status == IncidentStatus.CLOSED:
        return
    detail = f"{incident.incident_code} is {incident.status}; metrics can only be recorded for closed incidents."
    item = Item("incident_not_closed", detail, "incident_id", {"status": incident.status})
    raise Refusal(
        Code.PRECONDITION_FAILED,
        detail,
        rule="incident_closed",
        errors=[item],
        next="Close the incident first; GET /incidents/{id}/readiness/ lists what is missing.",
    )


def _derived(metric_type: str, incident: Incident) -> tuple[Decimal | None, list[Item]]:
    """The derived value, or None and the missing data."""
    try:
        return derive(metric_type, incident), []
    except UnderivableError as lack:
        code, detail = lack.args
        return None, [Item(code, detail, "calculated_value_minutes")]


def _not_calculable(metric_type: str, lacking: list[Item]) -> Refusal:
    return Refusal(
        Code.CALCULATION_FAILED,
        f"{metric_type} is not stated and cannot be derived: {lacking[0].detail}",
        rule="metric_calculated",
        errors=lacking,
        next="Send calculated_value_minutes.",
    )
