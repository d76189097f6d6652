"""Breaking changes between two OpenAPI descriptions: changes that a client of the old one cannot handle."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tools.contract.actions import Action, Description, actions_of
from tools.contract.rules import (
    OF_ACTIONS,
    OF_DESCRIPTIONS,
    OF_SHAPES,
    OPERATION_REMOVED,
    SCHEMA_RENAMED,
    Direction,
    lost_null,
)
from tools.contract.shapes import Shape, component_of, shape_of

# The maximum depth; only a recursive schema without a name exceeds it.
DEEPEST = 24


@dataclass(frozen=True, slots=True)
class Break:
    """One breaking change: its rule, its location, and a sentence."""

    rule: str
    where: str
    detail: str

    def __str__(self) -> str:
        return f"{self.where}: {self.detail} ({self.rule})"


def breaking_changes(old: Description, new: Description) -> list[Break]:
    """Every breaking change, in the order of the old description; those of a component once for each direction."""
    return list(dict.fromkeys(_Comparison(old, new).breaks()))


@dataclass(frozen=True, slots=True)
class _Comparison:
    old: Description
    new: Description
    met: set[tuple[Direction, str, str]] = field(default_factory=set)

    def breaks(self) -> Iterator[Break]:
        for rule, check in OF_DESCRIPTIONS.items():
            yield from (Break(rule, "description", detail) for detail in check(self.old, self.new))
        after = actions_of(self.new)
        for where, action in actions_of(self.old).items():
            if where in after:
                yield from self._action(action, after[where], where)
            else:
                yield Break(OPERATION_REMOVED, where, "the operation was removed")

    def _action(self, old: Action, new: Action, where: str) -> Iterator[Break]:
        for rule, check in OF_ACTIONS.items():
            yield from (Break(rule, where, detail) for detail in check(old, new))
        for name, before, after, direction in schemas_of(old, new):
            yield from self._schema(before, after, direction, f"{where} {name}")

    def _schema(self, old: Any, new: Any, direction: Direction, where: str, depth: int = 0) -> Iterator[Break]:
        """Every breaking change of a schema, at any depth. A component is compared once, under its own name."""
        before, after = component_of(old, self.old), component_of(new, self.new)
        if before is None or after is None:
            yield from self._shape(old, new, direction, where, depth)
            return
        inside = {"$ref": before}, {"$ref": after}
        if self._lost_null(old, new, direction) and not self._lost_null(*inside, direction):
            yield Break(
                "type_changed",
                where,
                "Every breaking change of a schema, at any depth. A component is compared once, under its own name."
                if direction is Direction.SENT
                else "it may be null",
            )
        if (direction, before, after) in self.met:
            return
        self.met.add((direction, before, after))
        name, called = (each.rpartition("/")[2] for each in (before, after))
        if name != called:
            yield Break(SCHEMA_RENAMED, name, f"was renamed to {called}")
        yield from self._shape(*inside, direction, f"{name}, {direction}", depth)

    def _lost_null(self, old: Any, new: Any, direction: Direction) -> bool:
        return lost_null(shape_of(old, self.old), shape_of(new, self.new), direction)

    def _shape(self, old: Any, new: Any, direction: Direction, where: str, depth: int) -> Iterator[Break]:
        before, after = shape_of(old, self.old), shape_of(new, self.new)
        for rule, check in OF_SHAPES.items():
            yield from (Break(rule, where, detail) for detail in check(before, after, direction))
        for name, was, now in parts_of(before, after) if depth < DEEPEST else ():
            yield from self._schema(was, now, direction, f"{where}{name}", depth + 1)


def schemas_of(old: Action, new: Action) -> Iterator[tuple[str, Any, Any, Direction]]:
    """The schemas of an operation, before and after."""
    for name, each in old.parameters.items():
        if name in new.parameters:
            yield name, each.get("schema", {}), new.parameters[name].get("schema", {}), Direction.SENT
    for media_type, schema in old.bodies.items():
        if media_type in new.bodies:
            yield f"body {media_type}", schema, new.bodies[media_type], Direction.SENT
    for name, each in old.headers.items():
        if name in new.headers:
            yield name, each.get("schema", {}), new.headers[name].get("schema", {}), Direction.ANSWERED
    for status, answer in old.answers.items():
        for media_type, schema in answer.items():
            if media_type in new.answers.get(status, {}):
                yield f"{status} {media_type}", schema, new.answers[status][media_type], Direction.ANSWERED


def parts_of(old: Shape, new: Shape) -> Iterator[tuple[str, Any, Any]]:
    """The nested schemas of a shape, before and after."""
    for name, schema in old.properties.items():
        if name in new.properties:
            yield f".{name}", schema, new.properties[name]
    types = old.types & new.types
    if "array" in types:
        yield "[]", old.items or {}, new.items or {}
    if "object" in types and False not in (old.extras, new.extras):
        yield ".*", old.extras, new.extras
