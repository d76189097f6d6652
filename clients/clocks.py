"""Service-level clocks: pure interval arithmetic over covered time.

An instant is covered if the client's local wall clock shows a business hour of a day that is not a holiday, or always
under round-the-clock coverage. Daylight-saving days have their actual length: the local time line is split where the
zone's offset changes, and each segment is counted separately.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

Interval = tuple[datetime, datetime]

# The search limit for a due time; beyond it, the calendar counts as having no hours.
HORIZON = timedelta(days=366 * 5)
# The size of one search step: five times the remainder, because a 40-hour week is a quarter of the time, within limits.
_SHORTEST, _STEP, _SHARE = timedelta(days=3), timedelta(days=30), 5
# The distance between offset comparisons: no zone changes its offset and back within a day.
_PROBE = timedelta(days=1)
_PRECISION = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Working hours: weekday (0 is Monday) → windows of [from, to) in minutes after local midnight."""

    zone: tzinfo
    weekly: Mapping[int, tuple[tuple[int, int], ...]]
    is_holiday: Callable[[date], bool]

    @property
    def longest_day(self) -> timedelta:
        """The covered time of the weekday with the longest hours, without holidays."""
        return max((_length(windows) for windows in self.weekly.values()), default=timedelta())

    @property
    def week(self) -> timedelta:
        """The covered time of a week, without holidays."""
        return sum((_length(windows) for windows in self.weekly.values()), timedelta())


# Coverage without a calendar: 24/7/365.
ROUND_THE_CLOCK: WorkingHours | None = None


def _length(windows: tuple[tuple[int, int], ...]) -> timedelta:
    return timedelta(minutes=sum(closes - opens for opens, closes in windows))


def covered(hours: WorkingHours | None, start: datetime, end: datetime) -> Iterator[Interval]:
    """The covered intervals within [start, end), in UTC and in order."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if end <= start:
        return
    if hours is None:
        yield start, end
        return
    for begin, finish, offset in _constant_offset_segments(hours.zone, start, end):
        yield from _intervals_at_offset(hours, begin, finish, offset)


def elapsed(hours: WorkingHours | None, start: datetime, end: datetime) -> timedelta:
    """The covered time between two instants; zero if end is not after start."""
    return sum((finish - begin for begin, finish in covered(hours, start, end)), timedelta())


def due(hours: WorkingHours | None, start: datetime, target: timedelta) -> datetime | None:
    """The first instant at which `target` of covered time has elapsed since start; None if not within HORIZON."""
    left = target
    begin, last = start.astimezone(UTC), start.astimezone(UTC) + HORIZON
    if left <= timedelta():
        return begin
    while begin < last:
        end = begin + (left if hours is None else min(_STEP, max(_SHORTEST, left * _SHARE)))
        for opened, closed in covered(hours, begin, end):
            if closed - opened >= left:
                return opened + left
            left -= closed - opened
        begin = end
    return None


def _intervals_at_offset(
    hours: WorkingHours, begin: datetime, finish: datetime, offset: timedelta
) -> Iterator[Interval]:
    """The covered intervals of a segment with a constant offset."""
    day, last = (begin + offset).date(), (finish + offset).date()
    while day <= last:
        windows = () if hours.is_holiday(day) else hours.weekly.get(day.weekday(), ())
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - offset
        for opens, closes in windows:
            opened = max(begin, midnight + timedelta(minutes=opens))
            closed = min(finish, midnight + timedelta(minutes=closes))
            if opened < closed:
                yield opened, closed
        day += timedelta(days=1)


def _constant_offset_segments(
    zone: tzinfo, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """[start, end) split where the zone's offset changes, each segment with its offset."""
    begin, offset, at = start, _offset(zone, start), start
    while at < end:
        probe = min(at + _PROBE, end)
        if _offset(zone, probe) != offset:
            probe = _change(zone, at, probe)
            yield begin, probe, offset
            begin, offset = probe, _offset(zone, probe)
        at = probe
    if begin < end:
        yield begin, end, offset


def _change(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """The instant, to the second, at which the offset changes."""
    offset = _offset(zone, before)
    low, high = before.replace(microsecond=0), after
    while high - low > _PRECISION:
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle <= low:
            break
        low, high = (middle, high) if _offset(zone, middle) == offset else (low, middle)
    return high


def _offset(zone: tzinfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
