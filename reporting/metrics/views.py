"""Metrics over HTTP."""

from core.http.views import RecordViewSet, creates
from core.reading.collections import Collection, related
from reporting.metrics.filters import MetricFilters
from reporting.metrics.models import Metric
from reporting.metrics.serializers import MetricOutput

METRICS = Collection(
    Metric,
    MetricOutput,
    MetricFilters,
    label="metric_type",
    label_columns=("incident__title",),
    search=("metric_type", "incident__title"),
    relations=related("incident"),
)


class MetricViewSet(RecordViewSet):
    collection = METRICS
    create = creates("metric.record")
