"""Metrics over HTTP."""

from core.collections import Collection
from core.views import RecordViewSet, creates
from reporting.metrics.filters import MetricFilters
from reporting.metrics.models import Metric
from reporting.metrics.serializers import MetricBody, MetricOutput

METRICS = Collection(Metric, MetricOutput, MetricFilters, label="metric_type")


class MetricViewSet(RecordViewSet):
    collection = METRICS
    create = creates("metric.record", MetricBody)
