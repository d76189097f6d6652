"""Filters of metrics."""

from typing import Any

from django.db.models import F, Q

from core.reading.filters import BooleanTextFilter, StrictFilterSet, matches
from reporting.metrics.choices import MORE_IS_BETTER
from reporting.metrics.models import Metric

# As computed by the representation; a metric without a target neither meets nor misses one.
MEETS = Q(metric_type__in=MORE_IS_BETTER, calculated_value_minutes__gte=F("target_minutes")) | Q(
    ~Q(metric_type__in=MORE_IS_BETTER), calculated_value_minutes__lte=F("target_minutes")
)


class MetricFilters(StrictFilterSet):
    derivable = BooleanTextFilter(  # type: ignore[no-untyped-call]
        field_name="derived_value", lookup_expr="isnull", exclude=True
    )
    target_met = BooleanTextFilter(method="by_target")  # type: ignore[no-untyped-call]

    class Meta:
        model = Metric
        fields = matches(
            exact=["incident_id", "metric_type", "unit", "stated", "matches"],
            ranges=["calculated_value_minutes", "target_minutes", "derived_value", "derived_without_pauses"],
        )

    def by_target(self, queryset: Any, name: str, value: bool) -> Any:
        return queryset.filter(MEETS if value else ~MEETS, target_minutes__isnull=False)
