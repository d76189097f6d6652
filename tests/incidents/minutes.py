"""A clock counted minute by minute, from the definition alone: nothing of the product is used here.

A minute counts for the response while the incident is unresolved, for the resolution while it is not paused either.
It is covered when the client's wall clock shows a business hour of a day that is no holiday. A target is due at the
first instant at which its covered minutes are used up and as many minutes as it has have passed on the wall clock.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY, WEEK = 1_440, 10_080


@dataclass(frozen=True)
class Hours:
    """Business hours: weekday → windows in minutes after midnight. Without any: round the clock."""

    zone: str = "UTC"
    weekly: tuple[tuple[tuple[int, int], ...], ...] = ()
    holidays: frozenset[date] = frozenset()

    def is_open(self, moment: datetime) -> bool:
        if not self.weekly:
            return True
        local = moment.astimezone(ZoneInfo(self.zone))
        minute = local.hour * 60 + local.minute
        windows = () if local.date() in self.holidays else self.weekly[local.weekday()]
        return any(opens <= minute < closes for opens, closes in windows)

    def day_lengths(self) -> list[int]:
        if not self.weekly:
            return [DAY] * 7
        return [sum(closes - opens for opens, closes in windows) for windows in self.weekly]

    def as_calendar(self) -> dict[str, Any]:
        names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        weekly = {
            name: [[_clock(opens), _clock(closes)] for opens, closes in windows]
            for name, windows in zip(names, self.weekly, strict=True)
            if windows
        }
        holidays = sorted(day.isoformat() for day in self.holidays)
        return {"timezone": self.zone, "weekly_hours": weekly, "country": "", "holidays": holidays}


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def budget(hours: Hours, target: int) -> int:
    """min(m, w·W + min(d·L, W)), by taking weeks and days off the target one at a time."""
    lengths = hours.day_lengths()
    longest, week = max(lengths), sum(lengths)
    allowed, left, days = 0, target, 0
    while left >= WEEK:
        allowed, left = allowed + week, left - WEEK
    while left > 0:
        days, left = days + 1, left - DAY
    return min(target, allowed + min(days * longest, week))


@dataclass
class Life:
    """An incident from its detection: the changes at each minute. Terms are hours with two targets, or None."""

    start: datetime
    terms: list[tuple[int, Any]]
    resolved: list[tuple[int, int | None]] = field(default_factory=list)
    pauses: list[tuple[int, int | None]] = field(default_factory=list)

    def hours_at(self, minute: int) -> Hours | None:
        """The hours of the terms in force; for time without an agreement, those of the next one."""
        held = [terms for since, terms in self.terms if since <= minute][-1]
        later = [terms for since, terms in self.terms if since > minute and terms is not None]
        found = held if held is not None else later[0] if later else None
        return None if found is None else found[0]

    def counts(self, until: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """(covered, wall) minutes counted up to each minute from 0 to `until`: as if never paused, and with pauses."""
        unpaused, counted = [(0, 0)], [(0, 0)]
        for minute in range(until):
            runs = not _within(self.resolved, minute)
            hours = self.hours_at(minute) if runs else None
            passed = (int(hours is not None and hours.is_open(self.start + MINUTE * minute)), int(runs))
            unpaused.append(_sum(unpaused[-1], passed))
            counted.append(counted[-1] if _within(self.pauses, minute) else _sum(counted[-1], passed))
        return unpaused, counted

    def due(self, counted: list[tuple[int, int]], target: int) -> int | None:
        """The first minute at which a target of the present terms is used up."""
        hours = self.terms[-1][1][0]
        allowed = budget(hours, target)
        return next((at for at, (covered, wall) in enumerate(counted) if covered >= allowed and wall >= target), None)


def _sum(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


def _within(spans: list[tuple[int, int | None]], minute: int) -> bool:
    return any(begin <= minute and (end is None or minute < end) for begin, end in spans)
