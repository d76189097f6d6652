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


# The longest time, in minutes, and the largest share, in percent: what a value of each unit may be at most.
LARGEST = {MetricUnit.MINUTES: Decimal(99_999_999), MetricUnit.PERCENT: Decimal(100)}

# A stated value agrees with the derived one when they differ by less than this, in the metric's own unit: people
# state whole minutes and whole percent, whether rounded or cut off.
TOLERANCE = Decimal(1)

# A target of these is a value to stay above; every other metric is to stay at or below its target.
MORE_IS_BETTER = frozenset({MetricType.MEAN_TIME_BETWEEN_FAILURES})


def unit_of(metric_type: str) -> MetricUnit:
    """The unit that a type of metric is measured in."""
    return MetricUnit.PERCENT if metric_type == MetricType.SLA_BREACH_RATE else MetricUnit.MINUTES
