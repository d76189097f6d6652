"""What the analytics can be asked for, and the figures they answer with."""

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


# The bounds of one question: how many intervals, and how many intervals in all groups together.
MOST_INTERVALS = 400
MOST_CELLS = 20_000
# What is looked at when a question names no times: the last days up to now.
DEFAULT_DAYS = 30

# Figures with mean, median and 90th percentile, in minutes.
DURATIONS = ("mttd", "mtta", "mttr")
# Figures that count incidents.
VOLUMES = ("opened", "resolved", "closed")
# Whether resolved incidents had breached their service level: as it counts, and without any pause.
JUDGED = ("judged", "unpaused")
QUANTILES = {"median": 0.5, "p90": 0.9}
