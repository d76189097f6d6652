"""The figures of all clients together, week by week."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Week:
    """One week: volumes, weighted means in minutes, and the share of the highest volume for its bar."""

    start: datetime
    opened: int
    resolved: int
    mtta: float | None
    mttr: float | None
    breached: int
    share: int


def weeks_of(groups: Iterable[Mapping[str, Any]]) -> list[Week]:
    """The weeks of an analysis by client. Counts add up; means are weighted by their counts."""
    by_week = list(zip(*(group["intervals"] for group in groups), strict=True))
    most = max((sum(each["opened"] for each in week) for week in by_week), default=0) or 1
    return [_week(week, most) for week in by_week]


def _week(cells: tuple[Mapping[str, Any], ...], most: int) -> Week:
    opened = sum(each["opened"] for each in cells)
    return Week(
        cells[0]["start"],
        opened,
        sum(each["resolved"] for each in cells),
        _mean(cells, "mtta"),
        _mean(cells, "mttr"),
        sum((each["sla_breach_rate"] or {}).get("breached", 0) for each in cells),
        round(100 * opened / most),
    )


def _mean(cells: Iterable[Mapping[str, Any]], name: str) -> float | None:
    figures = [each[name] for each in cells if each[name]["mean"] is not None]
    number = sum(each["incidents"] for each in figures)
    return sum(each["mean"] * each["incidents"] for each in figures) / number if number else None
