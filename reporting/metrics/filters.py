"""Filters of metrics."""

from core.filters import StrictFilterSet, matches
from reporting.metrics.models import Metric


class MetricFilters(StrictFilterSet):
    class Meta:
        model = Metric
        fields = matches(
            exact=["incident_id", "metric_type", "unit", "stated", "matches"],
            ranges=["calculated_value_minutes", "target_minutes", "derived_value"],
        )
