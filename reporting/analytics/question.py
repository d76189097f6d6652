"""The parameters of an analytics query: a period in UTC, its intervals, and the grouping. Pure, except for the
clock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import TextChoices
from django.utils import timezone

from core.reading.pagination import bad_filter
from core.reading.query import refuse_unknown, refuse_unstorable
from core.text.times import EARLIEST, LATEST, read_day, read_moment
from reporting.analytics.choices import DEFAULT_DAYS, MAX_INTERVALS, GroupBy, Interval

PARAMETERS = ("from", "to", "interval", "group_by")
DAY = timedelta(days=1)
LONGEST_MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class AnalyticsQuery:
    """`start` is inclusive, `end` is exclusive."""

    start: datetime
    end: datetime
    interval: Interval
    group_by: GroupBy | None

    def buckets(self) -> Iterator[tuple[datetime, datetime, datetime]]:
        """Every interval as (start of the calendar interval, start, end), clipped to the period."""
        first = floor_of(self.start, self.interval)
        while first < self.end:
            following = next_of(first, self.interval)
            yield first, max(first, self.start), min(following, self.end)
            first = following


def read_question(params: Mapping[str, str]) -> AnalyticsQuery:
    """Parse the query parameters. Raises Refusal (400 invalid_filter)."""
    refuse_unknown(params, PARAMETERS)
    refuse_unstorable(params)
    end = _moment("to", params["to"], whole_day=True) if "to" in params else timezone.now()
    start = _moment("from", params["from"]) if "from" in params else floor_of(end - DEFAULT_DAYS * DAY, Interval.DAY)
    interval = Interval(_one_of(Interval, "interval", params.get("interval", Interval.DAY)))
    group_by = GroupBy(_one_of(GroupBy, "group_by", params["group_by"])) if "group_by" in params else None
    if start >= end:
        raise bad_filter("to", "The period must end after it starts.")
    return _bounded(AnalyticsQuery(start, end, interval, group_by))


def floor_of(moment: datetime, interval: Interval) -> datetime:
    """The start, in UTC, of the day, the week (Monday) or the month that contains a time."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if interval == Interval.DAY:
        return day
    return day.replace(day=1) if interval == Interval.MONTH else day - day.weekday() * DAY


def next_of(first: datetime, interval: Interval) -> datetime:
    """The start of the next interval."""
    if interval == Interval.MONTH:
        return floor_of(first + LONGEST_MONTH, interval)
    return first + (DAY if interval == Interval.DAY else 7 * DAY)


def _bounded(question: AnalyticsQuery) -> AnalyticsQuery:
    for number, _ in enumerate(question.buckets(), start=1):
        if number > MAX_INTERVALS:
            raise bad_filter(
                "interval", f"At most {MAX_INTERVALS} intervals: narrow from and to, or use longer intervals."
            )
    return question


def _moment(name: str, text: str, *, whole_day: bool = False) -> datetime:
    """A time, by default in UTC; a date is its start or, as an end, the start of the next day."""
    day = read_day(text)
    moment = read_moment(text) if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)
    if moment is None:
        raise bad_filter(name, "This must be a date or time, for example 2024-03-01.")
    if not EARLIEST <= moment < LATEST:
        raise bad_filter(name, "This time is out of range.")
    return moment + DAY if day is not None and whole_day else moment


def _one_of(choices: type[TextChoices], name: str, value: str) -> str:
    if value not in choices.values:
        raise bad_filter(name, f"This must be one of: {', '.join(choices.values)}.")
    return value
