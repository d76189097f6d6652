"""What of a changed shape breaks a client: a body may become wider, an answer narrower, never the other way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

DEEPEST = 12


class Way(StrEnum):
    """Who fills a shape: the client a body or a parameter, the server an answer."""

    SENT = "sent"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Shape:
    """A schema without references and alternatives: the union of what its alternatives take."""

    types: frozenset[str]
    values: frozenset[Any] | None
    properties: dict[str, Any] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    items: Any = None
    bounds: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Break:
    """One breaking change: the rule that finds it, where it is, in words."""

    rule: str
    where: str
    detail: str

    def __str__(self) -> str:
        return f"{self.where}: {self.detail} ({self.rule})"


LOWER_IS_NARROWER = ("maximum", "maxLength", "maxItems")
HIGHER_IS_NARROWER = ("minimum", "minLength", "minItems")


def resolve(part: Any, document: dict[str, Any]) -> Any:
    """A part of a description, or the component that it refers to."""
    while isinstance(part, dict) and "$ref" in part:
        _, kind, name = part["$ref"].rsplit("/", 2)
        part = document["components"][kind][name]
    return part


def shape_of(schema: Any, document: dict[str, Any]) -> Shape:
    schema = resolve(schema, document)
    alternatives = schema.get("oneOf") or schema.get("anyOf")
    if alternatives:
        return _union([shape_of(each, document) for each in alternatives])
    whole = dict(schema)
    for each in schema.get("allOf", ()):
        whole = {**resolve(each, document), **whole}
    types = whole.get("type", ())
    return Shape(
        types=frozenset([types] if isinstance(types, str) else types),
        values=frozenset(map(str, whole["enum"])) if "enum" in whole else None,
        properties=whole.get("properties", {}),
        required=frozenset(whole.get("required", ())),
        items=whole.get("items"),
        bounds={name: whole[name] for name in (*LOWER_IS_NARROWER, *HIGHER_IS_NARROWER, "pattern") if name in whole},
    )


def _union(shapes: list[Shape]) -> Shape:
    listed = [each.values for each in shapes]
    return Shape(
        types=frozenset[str]().union(*(each.types for each in shapes)),
        values=None if None in listed else frozenset().union(*filter(None, listed)),
        properties={name: inner for each in shapes for name, inner in each.properties.items()},
        required=frozenset.intersection(*(each.required for each in shapes)),
        items=next((each.items for each in shapes if each.items), None),
    )


def _types(old: Shape, new: Shape, way: Way) -> Iterator[str]:
    narrow, wide = (new, old) if way is Way.ANSWERED else (old, new)
    if narrow.types - wide.types and wide.types:
        yield f"type was {_listed(old.types)}, is {_listed(new.types)}"


def _values(old: Shape, new: Shape, way: Way) -> Iterator[str]:
    """A client sends the values it knows, and knows what to do with those it was told of."""
    narrow, wide = (new, old) if way is Way.ANSWERED else (old, new)
    if wide.values is None:
        return
    if narrow.values is None:
        yield "values were free, are listed" if way is Way.SENT else "values were listed, are free"
    elif extra := narrow.values - wide.values:
        yield f"values {'no longer taken' if way is Way.SENT else 'that are new'}: {_listed(extra)}"


def _bounds(old: Shape, new: Shape, way: Way) -> Iterator[str]:
    for name in old.bounds | new.bounds if way is Way.SENT else ():
        before, after = old.bounds.get(name), new.bounds.get(name)
        if after is not None and before != after and (before is None or _narrower(name, before, after)):
            yield f"{name} was {before}, is {after}"


def _narrower(name: str, before: Any, after: Any) -> bool:
    if name in LOWER_IS_NARROWER:
        return bool(after < before)
    return bool(after > before) if name in HIGHER_IS_NARROWER else True


def _removed(old: Shape, new: Shape, way: Way) -> Iterator[str]:
    for name in sorted(set(old.properties) - set(new.properties)):
        yield f"{name} is gone"


def _required(old: Shape, new: Shape, way: Way) -> Iterator[str]:
    if way is Way.SENT:
        yield from (f"{name} must be given" for name in sorted(new.required - old.required))
    else:
        lost = (old.required - new.required) & set(new.properties)
        yield from (f"{name} may be missing" for name in sorted(lost))


Rule = Callable[[Shape, Shape, Way], Iterator[str]]
RULES: dict[str, Rule] = {
    "type_changed": _types,
    "values_changed": _values,
    "bounds_narrowed": _bounds,
    "property_removed": _removed,
    "property_required": _required,
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two descriptions whose shapes are held against each other."""

    old: dict[str, Any]
    new: dict[str, Any]

    def shapes(self, old: Any, new: Any, way: Way, where: str, depth: int = 0) -> Iterator[Break]:
        """Every breaking change of a schema, at any depth."""
        before, after = shape_of(old, self.old), shape_of(new, self.new)
        for rule, check in RULES.items():
            yield from (Break(rule, where, detail) for detail in check(before, after, way))
        if depth == DEEPEST:
            return
        for name in before.properties.keys() & after.properties.keys():
            yield from self.shapes(before.properties[name], after.properties[name], way, f"{where}.{name}", depth + 1)
        if before.items and after.items:
            yield from self.shapes(before.items, after.items, way, f"{where}[]", depth + 1)


def _listed(values: frozenset[Any]) -> str:
    return ", ".join(sorted(map(str, values))) or "free"
