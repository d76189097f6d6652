"""The parameters of an analytics query: a period in UTC, its intervals, and the grouping. Pure, except for the
clock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import TextChoices
from django.utils import timezone

from core.reading.pagination import EARLIEST, LATEST, bad_filter
from core.reading.query import refuse_unknown, refuse_unstorable
from reporting.analytics.choices import DEFAULT_DAYS, MOST_INTERVALS, GroupBy, Interval

PARAMETERS = ("from", "to", "interval", "group_by")
DAY = timedelta(days=1)
LONGEST_MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class AnalyticsQuery:
    """`start` is part of the stretch, `end` is not."""

    start: datetime
    end: datetime
    interval: Interval
    group_by: GroupBy | None

    def buckets(self) -> Iterator[tuple[datetime, datetime, datetime]]:
        """Every interval as (first moment of the calendar's interval, start, end), cut to the stretch."""
        first = floor_of(self.start, self.interval)
        while first < self.end:
            following = next_of(first, self.interval)
            yield first, max(first, self.start), min(following, self.end)
            first = following


def read_question(params: Mapping[str, str]) -> AnalyticsQuery:
    """The question that query parameters ask. Raises Refusal (400 invalid_filter)."""
    refuse_unknown(params, PARAMETERS)
    refuse_unstorable(params)
    end = _moment("to", params["to"], whole_day=True) if "to" in params else timezone.now()
    start = _moment("from", params["from"]) if "from" in params else floor_of(end - DEFAULT_DAYS * DAY, Interval.DAY)
    interval = Interval(_one_of(Interval, "interval", params.get("interval", Interval.DAY)))
    group_by = GroupBy(_one_of(GroupBy, "group_by", params["group_by"])) if "group_by" in params else None
    if start >= end:
        raise bad_filter("to", "The stretch must end after it starts.")
    return _bounded(AnalyticsQuery(start, end, interval, group_by))


def floor_of(moment: datetime, interval: Interval) -> datetime:
    """The first moment, in UTC, of the day, the week (Monday) or the month that a moment lies in."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if interval == Interval.DAY:
        return day
    return day.replace(day=1) if interval == Interval.MONTH else day - day.weekday() * DAY


def next_of(first: datetime, interval: Interval) -> datetime:
    """The first moment of the following interval."""
    if interval == Interval.MONTH:
        return floor_of(first + LONGEST_MONTH, interval)
    return first + (DAY if interval == Interval.DAY else 7 * DAY)


def _bounded(question: AnalyticsQuery) -> AnalyticsQuery:
    for number, _ in enumerate(question.buckets(), start=1):
        if number > MOST_INTERVALS:
            raise bad_filter(
                "interval", f"At most {MOST_INTERVALS} intervals: narrow from and to, or take longer intervals."
            )
    return question


def _moment(name: str, text: str, *, whole_day: bool = False) -> datetime:
    """A time in ISO 8601, UTC where it has no zone; a date is its first moment, or the first one after that day."""
    try:
        later = DAY if whole_day and _is_date(text) else timedelta()
        moment = _in_utc(datetime.fromisoformat(text)) + later
        possible = EARLIEST <= moment <= LATEST
    except (ValueError, OverflowError):
        raise bad_filter(name, "This must be a date or a time in ISO 8601, for example 2024-03-01.") from None
    if not possible:
        raise bad_filter(name, "This time is out of range.")
    return moment


def _is_date(text: str) -> bool:
    """Whether a text is a date without a time of day."""
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _one_of(choices: type[TextChoices], name: str, value: str) -> str:
    if value not in choices.values:
        raise bad_filter(name, f"This must be one of: {', '.join(choices.values)}.")
    return value
