"""JSON schemas of bodies and the addresses of records, from the API's own description and routes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import get_resolver, resolve

from agents.requests import ApiRequest, Caller, send
from core.http.routes import API_PREFIX, endpoints
from core.operations.fields import MAX_ID

# Keywords of a schema that an agent needs; examples and titles only cost space.
KEPT = (
    *("type", "enum", "format", "items", "properties", "required", "additionalProperties", "oneOf", "anyOf", "allOf"),
    *("minimum", "maximum", "pattern", "description", "const"),
)
# Limits that every id and number has.
OBVIOUS: dict[str, tuple[Any, ...]] = {"format": ("int64",), "minimum": (0,), "maximum": (MAX_ID,)}
# The ends of names that say enough.
TELLING = ("_id", "_ids", "_to")
# Members of the body are described; those inside them, and those with a list of values, have telling names.
DESCRIBED, LONGEST_DESCRIPTION = 1, 40
DEEPEST = 6

Schema = dict[str, Any]


@cache
def description() -> Schema:
    """The OpenAPI description, as the API serves it to everyone."""
    document: Schema = send(Caller(""), ApiRequest("GET", "schema/")).document
    return document


def body_schema(method: str, path: str) -> Schema:
    """The schema of a request's body, self-contained; an empty object for a request without a body."""
    action = description()["paths"].get(f"/{API_PREFIX}{path.removeprefix('/')}", {}).get(method.lower(), {})
    content = action.get("requestBody", {}).get("content", {}).get("application/json", {})
    return whole(content["schema"]) if content.get("schema") else {"type": "object", "properties": {}}


def whole(schema: Any, depth: int = 0) -> Any:
    """A schema with its references resolved, reduced to what a caller needs to know."""
    if not isinstance(schema, Mapping):
        return schema
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return whole(description()["components"]["schemas"][name], depth)
    if depth > DEEPEST:
        return {}
    told = {name: schema[name] for name in KEPT if name in schema and schema[name] not in OBVIOUS.get(name, ())}
    if depth > DESCRIBED or "enum" in told:
        told.pop("description", None)
    if "enum" in told:  # the values say it
        told.pop("type", None)
    kept = {name: _part(name, value, depth) for name, value in told.items()}
    if len(kept.get("allOf", ())) == 1:
        kept = {**kept.pop("allOf")[0], **kept}
    return _simple_null(kept)


def _part(name: str, value: Any, depth: int) -> Any:
    if name == "properties":
        members = {each: whole(inner, depth + 1) for each, inner in value.items()}
        for each, inner in members.items():
            if each.endswith(TELLING):
                inner.pop("description", None)
        return members
    if name in ("oneOf", "anyOf", "allOf"):
        return [whole(each, depth) for each in value]
    if name in ("items", "additionalProperties"):
        return whole(value, depth + 1)
    return _short(value) if name == "description" else value


def _short(text: str) -> str:
    """The first sentence of a description, cut where it is long."""
    first = text.split(". ", maxsplit=1)[0].split("\n", maxsplit=1)[0].removesuffix(".")
    return first if len(first) <= LONGEST_DESCRIPTION else f"{first[: LONGEST_DESCRIPTION - 1]}…"


def _simple_null(schema: Schema) -> Schema:
    """`{oneOf: [{enum: …}, {type: null}]}` in the shorter form with a list of types."""
    options = schema.get("oneOf") or schema.get("anyOf")
    if not options or len(options) != len([each for each in options if set(each) <= {"type", "enum", "description"}]):
        return schema
    types = {each.get("type", "string") for each in options}
    if len(types - {"null"}) != 1:
        return schema
    rest = {name: value for name, value in schema.items() if name not in ("oneOf", "anyOf")}
    values = [value for each in options for value in each.get("enum", ())]
    nullable = "null" in types or None in values
    kind = next(iter(types - {"null"}))
    return {**rest, "type": [kind, "null"] if nullable else kind, **({"enum": values} if values else {})}


@dataclass(frozen=True, slots=True)
class RecordAddress:
    """Where the records of a type are read: the path of one of them, and the further reads below it."""

    path: str
    views: tuple[str, ...]

    @property
    def paths(self) -> list[str]:
        """The paths of a record and of each read below it."""
        return [self.path, *(f"{self.path}{view}/" for view in self.views)]


@cache
def addresses() -> dict[str, RecordAddress]:
    """Entity type → where its records are read one by one."""
    reads = [text.removeprefix("GET ") for text, _ in endpoints(get_resolver().url_patterns) if text[:4] == "GET "]
    found = {}
    for path in sorted(reads):
        if not path.endswith("/{id}/"):
            continue
        view: Any = resolve(f"/{API_PREFIX}{path.removeprefix('/').replace('{id}', '1')}").func
        collection = getattr(view.cls, "collection", None)
        if collection is not None and view.actions.get("get") == "retrieve":
            below = (each.removeprefix(path).strip("/") for each in reads if each.startswith(path) and each != path)
            found[collection.entity_type] = RecordAddress(
                path, tuple(sorted(each for each in below if "{" not in each))
            )
    return found


@cache
def discoverable() -> list[str]:
    """The entity types of discovery."""
    found: list[str] = description()["components"]["schemas"]["EntityTypeEnum"]["enum"]
    return found
