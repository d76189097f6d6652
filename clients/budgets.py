"""The covered time of a target: pure.

Targets are stated in minutes and hours, but days and weeks depend on the client's calendar. With business-hours
coverage, a target is covered time, limited to as many service days and service weeks as it has days and weeks. With L
the covered minutes of the calendar's longest day, W those of its week, and a target of w whole weeks, d further started
days and m minutes in total, its budget is

    min(m, w·W + min(d·L, W)) covered minutes.

L and W ignore holidays. With round-the-clock coverage the budget is m. A target is due once the budget is used up, and
at least m wall-clock minutes have passed: a longer target is therefore never due earlier, whatever its coverage.
"""

from dataclasses import dataclass
from datetime import timedelta

from clients.clocks import WorkingHours

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Budget:
    """The time that a target allows: `covered` time and `wall` time; it is due when both are used up."""

    wall: timedelta
    covered: timedelta
    weeks: int
    days: int
    longest_day: timedelta
    week: timedelta


def budget_of(target: timedelta, hours: WorkingHours | None) -> Budget:
    """The budget of a target under a client's hours; None means round-the-clock coverage."""
    longest_day, week = (DAY, WEEK) if hours is None else (hours.longest_day, hours.week)
    weeks, rest = divmod(target, WEEK)
    days = -(-rest // DAY)
    covered = min(target, weeks * week + min(days * longest_day, week))
    return Budget(target, covered, weeks, days, longest_day, week)
