"""A clock compared with its target, and the calculation of the due time from the target."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from clients.budgets import Budget
from incidents.service_levels.clock import Clock, ElapsedTime, allowed, minutes

_NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Measure:
    """A clock as of the time its target was met, or of now; without a budget, nothing is counted."""

    clock: Clock
    budget: Budget | None
    due_at: datetime | None
    met_at: datetime | None
    now: datetime

    @property
    def breached(self) -> bool:
        """Whether the target was missed: not met by the due time."""
        return self.due_at is not None and (self.met_at or self.now) > self.due_at

    def shown(self) -> dict[str, Any]:
        if self.budget is None:
            uncounted = dict.fromkeys(("due_at", "elapsed_minutes", "remaining_minutes"))
            return {**uncounted, "breached": False, "met_at": self.met_at}
        passed = minutes(self.clock.elapsed(self.met_at or self.now))
        return {
            "due_at": self.due_at,
            "elapsed_minutes": passed,
            "remaining_minutes": self._remaining(minutes(self.budget.covered) - passed),
            "breached": self.breached,
            "met_at": self.met_at,
        }

    def _remaining(self, left: int) -> int:
        """0, not negative, while only the wall-clock time remains."""
        return left if self.breached else max(left, 0)


def calculation_of(clock: Clock, budget: Budget | None) -> dict[str, Any] | None:
    """The calculation of the due time from the target, with every intermediate value."""
    if budget is None:
        return None
    numbers = {
        "target_minutes": minutes(budget.wall),
        "weeks": budget.weeks,
        "days": budget.days,
        "longest_day_minutes": minutes(budget.longest_day),
        "week_minutes": minutes(budget.week),
        "budget_minutes": minutes(budget.covered),
    }
    return {
        **numbers,
        "budget_used_up_at": clock.due(ElapsedTime(budget.covered, _NOTHING)),
        "target_passed_at": clock.due(ElapsedTime(_NOTHING, budget.wall)),
        "due_at": clock.due(allowed(budget)),
        "sentence": _SENTENCE.format_map(numbers),
    }


_SENTENCE = (
    "min({target_minutes}, {weeks} × {week_minutes} + min({days} × {longest_day_minutes}, {week_minutes})) = "
    "{budget_minutes} covered minutes. The due time is the later of their exhaustion and {target_minutes} "
    "minutes on the wall clock."
)
