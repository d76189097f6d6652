"""The lifecycles of the registry as drawings: boxes in columns by their distance from the first status."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from console.operations.labels import field_label
from core.operations.lifecycle import Lifecycle
from core.operations.registry import registry

WIDTH, HEIGHT, GAP, ROW = 118, 30, 54, 52
EDGE = 14


@dataclass(frozen=True, slots=True)
class Box:
    label: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """A lifecycle as boxes and arrows, and as sentences for those who do not see it."""

    title: str
    width: int
    height: int
    boxes: list[Box]
    arrows: list[str]
    sentences: list[str]


def drawings() -> list[Drawing]:
    """Every lifecycle once, by its name."""
    found: dict[str, Lifecycle] = {}
    for operation in registry:
        for moves in operation.moves:
            found.setdefault(moves.lifecycle.name, moves.lifecycle)
    return [_drawn(name, found[name]) for name in sorted(found)]


def _drawn(name: str, lifecycle: Lifecycle) -> Drawing:
    columns = list(_columns(lifecycle))
    places = {
        status: (EDGE + column * (WIDTH + GAP), EDGE + row * ROW)
        for column, statuses in enumerate(columns)
        for row, status in enumerate(statuses)
    }
    rows = max(map(len, columns))
    pairs = [(one, target) for one in lifecycle for target in lifecycle[one] if one in places]
    return Drawing(
        field_label(name),
        2 * EDGE + len(columns) * (WIDTH + GAP) - GAP,
        2 * EDGE + rows * ROW,
        [Box(field_label(str(status)), *place) for status, place in places.items()],
        [_arrow(places[one], places[target]) for one, target in pairs],
        [f"{field_label(str(one))} → {field_label(str(target))}" for one, target in pairs],
    )


def _columns(lifecycle: Lifecycle) -> Iterator[list[Any]]:
    """The statuses by the number of transitions that lead to them; those that none reaches come first."""
    reached = {target for targets in lifecycle.values() for target in targets}
    level = list(dict.fromkeys([lifecycle.initial, *(each for each in lifecycle if each not in reached)]))
    seen: set[Any] = set()
    while level:
        seen.update(level)
        yield level
        following = dict.fromkeys(target for each in level for target in lifecycle.get(each, ()))
        level = [each for each in following if each not in seen]


def _arrow(one: tuple[int, int], target: tuple[int, int]) -> str:
    """A curve from box to box: to the right between their sides, otherwise below or beside them."""
    (x, y), (to_x, to_y) = one, target
    middle, to_middle = y + HEIGHT // 2, to_y + HEIGHT // 2
    if to_x > x:
        start, bend = x + WIDTH, (to_x - x - WIDTH) // 2
        return f"M{start} {middle} C{start + bend} {middle} {to_x - bend} {to_middle} {to_x} {to_middle}"
    if to_x == x:
        side = x + WIDTH
        return f"M{side} {middle} C{side + 26} {middle} {side + 26} {to_middle} {side} {to_middle}"
    low = max(y, to_y) + HEIGHT + 16
    start, end = x + WIDTH // 2, to_x + WIDTH // 2
    return f"M{start} {y + HEIGHT} C{start} {low} {end} {low} {end} {to_y + HEIGHT}"
