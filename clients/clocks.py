"""Service-level clocks: pure interval arithmetic over covered time.

An instant is covered when the client's local wall clock shows a business hour of a day that is no holiday, or always
under round-the-clock coverage. Daylight-saving days are therefore as long as they really are: the local time line is
cut where the zone's offset changes, and each piece is counted by itself.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

Interval = tuple[datetime, datetime]

# How far ahead a due time is looked for before the calendar is held to have no hours at all.
HORIZON = timedelta(days=366 * 5)
# Looked at in one go: five times what is left, a week of forty hours being a quarter of the time, within bounds.
_SHORTEST, _STEP, _SHARE = timedelta(days=3), timedelta(days=30), 5
# Offsets are compared so far apart: no zone changes its offset and back within a day.
_PROBE = timedelta(days=1)
_PRECISION = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When somebody works: weekday (0 is Monday) → windows of [from, to) in minutes after local midnight."""

    zone: tzinfo
    weekly: Mapping[int, tuple[tuple[int, int], ...]]
    is_holiday: Callable[[date], bool]

    @property
    def longest_day(self) -> timedelta:
        """The covered time of the weekday with the longest hours, holidays aside."""
        return max((_length(windows) for windows in self.weekly.values()), default=timedelta())

    @property
    def week(self) -> timedelta:
        """The covered time of a week, holidays aside."""
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
    for begin, finish, offset in _pieces(hours.zone, start, end):
        yield from _in_piece(hours, begin, finish, offset)


def elapsed(hours: WorkingHours | None, start: datetime, end: datetime) -> timedelta:
    """The covered time between two instants; nothing when end is not after start."""
    return sum((finish - begin for begin, finish in covered(hours, start, end)), timedelta())


def due(hours: WorkingHours | None, start: datetime, target: timedelta) -> datetime | None:
    """The first instant at which `target` of covered time has passed since start; None within HORIZON without hours."""
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


def _in_piece(hours: WorkingHours, begin: datetime, finish: datetime, offset: timedelta) -> Iterator[Interval]:
    """The covered intervals of a piece of time in which the zone's offset does not change."""
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


def _pieces(zone: tzinfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """[start, end) cut where the zone's offset changes, each piece with its offset."""
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
    """The instant, to the second, from which the offset is no longer what it was before."""
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
