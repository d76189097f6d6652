"""How much covered time a target is: pure.

Targets are stated in minutes and hours, but days and weeks are the client's. Where coverage is business hours, a target
is covered time, and never more service days than it has days, nor more service weeks than it has weeks. With L the
covered minutes of the calendar's longest day, W those of its week, and a target of w whole weeks, d begun further days
and m minutes in all, its budget is

    min(m, w·W + min(d·L, W)) covered minutes.

L and W ignore holidays. Round the clock the budget is m. A target is due once the budget is used up, and not before m
minutes have passed on the wall clock: so a longer target is never due earlier, whatever its coverage.
"""

from dataclasses import dataclass
from datetime import timedelta

from clients.clocks import WorkingHours

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Budget:
    """What a target allows: `covered` time by the client's hours, `wall` by the wall clock; both must be used up."""

    wall: timedelta
    covered: timedelta
    weeks: int
    days: int
    longest_day: timedelta
    week: timedelta


def budget_of(target: timedelta, hours: WorkingHours | None) -> Budget:
    """The budget of a target under a client's hours; None stands for round-the-clock coverage."""
    longest_day, week = (DAY, WEEK) if hours is None else (hours.longest_day, hours.week)
    weeks, rest = divmod(target, WEEK)
    days = -(-rest // DAY)
    covered = min(target, weeks * week + min(days * longest_day, week))
    return Budget(target, covered, weeks, days, longest_day, week)
