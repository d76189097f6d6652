"""Groupings and measures of the analytics."""

from django.db.models import TextChoices


class Interval(TextChoices):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class GroupBy(TextChoices):
    CLIENT = "client"
    PRODUCT = "product"
    SEVERITY = "severity"
    CATEGORY = "category"


# The limits of one query: the number of intervals, and of intervals in all groups together.
MAX_INTERVALS = 400
MAX_CELLS = 20_000
# The default period: the last days up to now.
DEFAULT_DAYS = 30

# Measures with mean, median and 90th percentile, in minutes.
DURATIONS = ("mttd", "mtta", "mttr")
# Counts of incidents.
VOLUMES = ("opened", "resolved", "closed")
# Breaches of resolved incidents: as recorded, and without pauses.
JUDGED = ("judged", "unpaused")
QUANTILES = {"median": 0.5, "p90": 0.9}
