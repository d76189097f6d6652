"""Normalises a schema to the set of values it permits: references resolved, alternatives merged."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from operator import gt, lt, ne
from typing import Any

# Keywords without effect on the permitted values.
ANNOTATIONS = {"description", "title", "example", "examples", "deprecated", "readOnly", "writeOnly", "externalDocs"} | {
    "x-enum-varnames"
}
ALTERNATIVES = ("oneOf", "anyOf")
NULL = "null"
# Formats of numbers that impose no bound beyond their type.
WIDEST = {"int64": "", "double": ""}
NUMBERS = frozenset({"integer", "number"})
TEXT, LIST, OBJECT = frozenset({"string"}), frozenset({"array"}), frozenset({"object"})
TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", dict: "object", list: "array"}


def _no_multiple(after: Any, before: Any) -> bool:
    return bool(before % after)


# Each bound: its types, and whether its new value is stricter than the old one.
BOUNDS: dict[str, tuple[frozenset[str], Callable[[Any, Any], Any]]] = {
    "maximum": (NUMBERS, lt),
    "exclusiveMaximum": (NUMBERS, lt),
    "minimum": (NUMBERS, gt),
    "exclusiveMinimum": (NUMBERS, gt),
    "multipleOf": (NUMBERS, _no_multiple),
    "maxLength": (TEXT, lt),
    "minLength": (TEXT, gt),
    "pattern": (TEXT, ne),
    "maxItems": (LIST, lt),
    "minItems": (LIST, gt),
    "uniqueItems": (LIST, ne),
    "maxProperties": (OBJECT, lt),
    "minProperties": (OBJECT, gt),
}
# For these, zero or false is equivalent to no bound.
FROM_ZERO = {"minLength", "minItems", "minProperties", "uniqueItems"}
LENGTHS = {"minLength", "maxLength"}
# Every compared keyword besides the bounds. A test rejects any other in the description.
READ = {*ALTERNATIVES, "$ref", "allOf", "type", "format", "enum", "const", "default", "items"} | {
    "properties",
    "required",
    "additionalProperties",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """The values that a schema permits. No types: anything. No values: any value of the types."""

    types: frozenset[str]
    values: frozenset[str] | None
    formats: dict[str, frozenset[str]] = field(default_factory=dict)
    bounds: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    items: Any = None
    # Additional properties: their schema, True if unrestricted, False if not permitted.
    extras: Any = True
    default: Any = None

    @property
    def is_null(self) -> bool:
        return self.types == {NULL}

    def takes(self, *types: str) -> bool:
        return not self.types or bool(self.types.intersection(types))


def resolve(part: Any, document: dict[str, Any]) -> Any:
    """A part of a description with its reference resolved; keywords next to a reference are added."""
    while isinstance(part, dict) and "$ref" in part:
        _, kind, name = part["$ref"].rsplit("/", 2)
        part = {**document["components"][kind][name], **{key: part[key] for key in part if key != "$ref"}}
    return part


def component_of(schema: Any, document: dict[str, Any]) -> str | None:
    """The component that a schema refers to, ignoring null."""
    if not isinstance(schema, dict) or len(said := set(schema) - ANNOTATIONS) != 1:
        return None
    (keyword,) = said
    if keyword == "$ref":
        return str(schema["$ref"])
    if keyword not in (*ALTERNATIVES, "allOf"):
        return None
    others = [each for each in schema[keyword] if not shape_of(each, document).is_null]
    return component_of(others[0], document) if len(others) == 1 else None


def shape_of(schema: Any, document: dict[str, Any]) -> Shape:
    whole = _flat(schema, document)
    for keyword in ALTERNATIVES:
        if each := whole.pop(keyword, None):
            return _union([shape_of(_joined(whole, _flat(one, document)), document) for one in each])
    values = _values(whole)
    types = _types(whole, values)
    bounds = {name: whole[name] for name in BOUNDS if name in whole} if values is None else _lengths(values)
    return Shape(
        types=types | {"integer"} if "number" in types else types,
        values=None if values is None else frozenset(json.dumps(each) for each in values if each is not None),
        formats=dict.fromkeys(types - {NULL}, _format(whole)) if values is None else {},
        bounds=_real(bounds),
        properties=whole.get("properties", {}),
        required=frozenset(whole.get("required", ())),
        items=whole.get("items"),
        extras=whole.get("additionalProperties", True),
        default=whole.get("default"),
    )


def _flat(schema: Any, document: dict[str, Any]) -> dict[str, Any]:
    """A schema merged with its reference and the members of its allOf."""
    whole = dict(resolve({} if schema is True else schema, document))
    for part in whole.pop("allOf", ()):
        whole = _joined(_flat(part, document), whole)
    return whole


def _joined(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    joined = {**one, **other}
    if "properties" in one and "properties" in other:
        joined["properties"] = {**one["properties"], **other["properties"]}
    if "required" in one and "required" in other:
        joined["required"] = [*one["required"], *other["required"]]
    return joined


def _values(whole: dict[str, Any]) -> list[Any] | None:
    if "const" in whole:
        return [whole["const"]]
    if whole.get("type") == NULL:
        return []
    if whole.get("maxLength") == 0 and whole.get("type") == "string":
        return [""]
    return whole.get("enum")


def _types(whole: dict[str, Any], values: list[Any] | None) -> frozenset[str]:
    """The declared types, or else those of the values."""
    named = whole.get("type", [TYPES.get(type(each), NULL) for each in values or ()])
    return frozenset([named] if isinstance(named, str) else named)


def _lengths(values: list[Any]) -> dict[str, Any]:
    """The bounds of the length of texts; an alternative that permits "" removes the minimum."""
    lengths = [len(each) for each in values if isinstance(each, str)]
    return {"minLength": min(lengths), "maxLength": max(lengths)} if lengths else {}


def _real(bounds: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in bounds.items() if each or name not in FROM_ZERO}


def _format(whole: dict[str, Any]) -> frozenset[str]:
    declared = whole.get("format", "")
    return frozenset([WIDEST.get(declared, declared)])


def _union(shapes: list[Shape]) -> Shape:
    """The union of the permitted values."""
    free = [each for each in shapes if each.values is None]
    objects = [each for each in free if each.takes("object")]
    loosest = {name: _loosest(name, shapes if name in LENGTHS else free) for name in BOUNDS}
    return Shape(
        types=frozenset().union(*(each.types for each in shapes))
        if all(each.types for each in shapes)
        else frozenset(),
        values=None if free else frozenset().union(*(each.values or () for each in shapes)),
        formats={name: _formats(free, name) for each in free for name in each.formats},
        bounds={name: bound for name, bound in loosest.items() if bound is not None},
        properties={name: _any(objects, name) for each in objects for name in each.properties},
        required=frozenset.intersection(*(each.required for each in objects)) if objects else frozenset(),
        items=_one_of([each.items for each in free if each.items is not None]),
        extras=next((each.extras for each in objects), True),
        default=next((each.default for each in shapes if each.default is not None), None),
    )


def _formats(shapes: Iterable[Shape], name: str) -> frozenset[str]:
    return frozenset().union(*(each.formats.get(name, ()) for each in shapes))


def _any(shapes: Iterable[Shape], name: str) -> Any:
    return _one_of([each.properties[name] for each in shapes if name in each.properties])


def _one_of(schemas: list[Any]) -> Any:
    different = [each for at, each in enumerate(schemas) if each not in schemas[:at]]
    return {"anyOf": different} if len(different) > 1 else next(iter(different), None)


def _loosest(name: str, shapes: Iterable[Shape]) -> Any:
    """The loosest bound of the alternatives of its types; none if one of them has none."""
    types, is_narrower = BOUNDS[name]
    found = [each.bounds.get(name) for each in shapes if each.takes(*types)]
    if not found or None in found:
        return None
    loosest = found[0]
    for each in found[1:]:
        loosest = each if is_narrower(loosest, each) else loosest
    return loosest
