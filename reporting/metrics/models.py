"""Metrics, with their constraints."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from core.models import IMPORTED, Record
from incidents.querysets import OfIncidentQuerySet
from reporting.metrics.choices import LARGEST, MetricType, MetricUnit

_PERCENT = Q(metric_type=MetricType.SLA_BREACH_RATE, unit=MetricUnit.PERCENT)
_MINUTES = ~Q(metric_type=MetricType.SLA_BREACH_RATE) & Q(unit=MetricUnit.MINUTES)


class MetricQuerySet(OfIncidentQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff: all. Contacts: none; metrics evaluate the provider's own work."""
        return self.all() if user.is_internal else self.none()


class Metric(Record):
    """One measurement of how an incident, or the group it represents, was handled.

    `calculated_value_minutes` is the policy's name for the value; its unit is `unit`. `stated` shows whether a person
    supplied it; `derived_value` is the server's own calculation, null where its records do not suffice; `matches` shows
    whether the two agree. `derived_without_pauses` is the breach rate without any pause of a clock.
    """

    entity_type = "metric"

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="metrics", db_index=False)
    metric_type = models.CharField(max_length=32, choices=MetricType.choices)
    unit = models.CharField(max_length=8, choices=MetricUnit.choices)
    calculated_value_minutes = models.DecimalField(max_digits=10, decimal_places=2)
    target_minutes = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    stated = models.BooleanField()
    derived_value = models.DecimalField(max_digits=10, decimal_places=2, null=True, editable=False)
    matches = models.BooleanField(null=True, editable=False)
    derived_without_pauses = models.DecimalField(max_digits=10, decimal_places=2, null=True, editable=False)

    objects: ClassVar[Any] = MetricQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(metric_type__in=MetricType.values), name="metric_type_valid"),
            models.CheckConstraint(condition=IMPORTED | _PERCENT | _MINUTES, name="metric_unit_of_type"),
            models.CheckConstraint(
                condition=Q(calculated_value_minutes__gte=0)
                & (Q(target_minutes__isnull=True) | Q(target_minutes__gte=0)),
                name="metric_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(unit=MetricUnit.PERCENT)
                | Q(calculated_value_minutes__lte=LARGEST[MetricUnit.PERCENT])
                & (Q(target_minutes__isnull=True) | Q(target_minutes__lte=LARGEST[MetricUnit.PERCENT])),
                name="metric_percent_in_range",
            ),
            models.CheckConstraint(
                condition=Q(derived_value__isnull=True, matches__isnull=True)
                | Q(derived_value__isnull=False, matches__isnull=False),
                name="metric_compared_when_derived",
            ),
        ]
        indexes = [models.Index(fields=["incident", "metric_type", "-id"], name="metric_incident_type")]

    def __str__(self) -> str:
        return f"{self.metric_type} of incident {self.incident_id}"
