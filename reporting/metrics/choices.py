"""Types and units of metrics."""

from decimal import Decimal

from django.db.models import TextChoices


class MetricType(TextChoices):
    MEAN_TIME_TO_DETECT = "mean_time_to_detect"
    MEAN_TIME_TO_ACKNOWLEDGE = "mean_time_to_acknowledge"
    MEAN_TIME_TO_RESOLVE = "mean_time_to_resolve"
    MEAN_TIME_BETWEEN_FAILURES = "mean_time_between_failures"
    SLA_BREACH_RATE = "sla_breach_rate"


class MetricUnit(TextChoices):
    MINUTES = "minutes"
    PERCENT = "percent"


# The maximum of a value in each unit: minutes, percent.
LARGEST = {MetricUnit.MINUTES: Decimal(99_999_999), MetricUnit.PERCENT: Decimal(100)}

# A stated value matches the derived one if they differ by less than this, in the metric's unit: people state whole
# minutes and whole percentages, rounded or truncated.
TOLERANCE = Decimal(1)

# Metrics whose target is a minimum; the target of every other metric is a maximum.
MORE_IS_BETTER = frozenset({MetricType.MEAN_TIME_BETWEEN_FAILURES})


def unit_of(metric_type: str) -> MetricUnit:
    """The unit of a metric type."""
    return MetricUnit.PERCENT if metric_type == MetricType.SLA_BREACH_RATE else MetricUnit.MINUTES
