"""Old metrics. The old system had one column for values, in minutes for every metric type."""

from typing import Any

from ims.legacy import rules
from ims.legacy.columns import created_from, own_id
from ims.legacy.readers import Reference, choice, decimal, given, required
from ims.legacy.schema import ImportState, Table, column
from incidents.choices import IncidentStatus
from reporting.metrics.choices import MetricUnit, unit_of
from reporting.metrics.models import Metric


def recorded_by_permitted_role(metric: Any, state: ImportState) -> str:
    return rules.role_permitted("metric.record", metric.created_by)


def metric_of_closed_incident(metric: Any, state: ImportState) -> str:
    incident = metric.incident
    closed = incident.status == IncidentStatus.CLOSED
    return "" if closed else f"incident {incident.pk} is {incident.status}"


def unit_of_its_type(metric: Any, state: ImportState) -> str:
    unit = unit_of(metric.metric_type)
    return "" if unit == metric.unit else f"{metric.metric_type} in {metric.unit}; its current unit is {unit}"


METRICS = Table(
    "metrics",
    key="metric_id",
    entity_type="metric",
    model=Metric,
    columns=(
        own_id("metric_id"),
        column("incident", required(Reference("incidents")), "incident_id"),
        column("metric_type", choice(), "metric_type"),
        column("unit", given(MetricUnit.MINUTES)),
        column("calculated_value_minutes", decimal, "value_minutes"),
        column("target_minutes", decimal, "target_minutes"),
        column("stated", given(True)),
        column("created_by", required(Reference("users")), "recorded_by_id"),
        column("updated_by", required(Reference("users")), "recorded_by_id"),
        *created_from("recorded_at"),
    ),
    rules=(
        rules.not_from_the_future,
        recorded_by_permitted_role,
        metric_of_closed_incident,
        unit_of_its_type,
    ),
)
