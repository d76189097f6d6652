"""The results of a benchmark and their limits."""

from collections.abc import Iterable
from typing import NamedTuple

from rich.console import Console
from rich.table import Table


class Result(NamedTuple):
    """One figure, what is acceptable and what is the goal; `most`: it must not be above them, else not below."""

    name: str
    what: str
    found: float
    acceptable: float
    goal: float
    most: bool = False

    def within(self, limit: float) -> bool:
        return self.found <= limit if self.most else self.found >= limit

    @property
    def verdict(self) -> str:
        if self.within(self.goal):
            return "goal reached"
        return "acceptable" if self.within(self.acceptable) else "NOT ACCEPTABLE"


def report(results: Iterable[Result]) -> int:
    """Print them as a table; the exit status: 1 when one of them is not acceptable."""
    results = list(results)
    table = Table("request", "figure", "is", "acceptable", "goal", "", box=None)
    for each in results:
        figures = [f"{number:.2f}" for number in (each.found, each.acceptable, each.goal)]
        table.add_row(each.name, each.what, *figures, each.verdict)
    Console(width=140).print(table)
    return int(any(not each.within(each.acceptable) for each in results))
