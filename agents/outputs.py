"""The exact schema of what a tool answers: the record of its request, or a problem document; both with marked text.

It is too long for the list of tools, which has room for the members that tell both apart. The whole schema is the
resource `ims://schemas/{tool}`.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from agents.description import Schema, addresses, description, discoverable
from agents.results import DOCUMENTS, free_text
from core.http.routes import API_PREFIX

REFERENCE = "#/components/schemas/"
PROBLEM = "Problem"
# Components whose texts are the server's own: problems, and the handoff that they offer.
OWN_TEXT = (PROBLEM, "HandoffOffer")
# Marked text, and a value in which every text is marked.
UNTRUSTED: Schema = {
    "type": "object",
    "properties": {"untrusted": {"type": "string"}, "truncated": {"const": True}, "length": {"type": "integer"}},
    "required": ["untrusted"],
    "additionalProperties": False,
}
MARKED: Schema = {
    "anyOf": [
        {"$ref": "#/$defs/Untrusted"},
        {"type": ["null", "boolean", "number"]},
        {"const": ""},
        {"type": "array", "items": {"$ref": "#/$defs/Marked"}},
        {"type": "object", "additionalProperties": {"$ref": "#/$defs/Marked"}},
    ]
}
# The sentence of a problem quotes arguments now and then.
SENTENCE: Schema = {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Untrusted"}]}
SAID = ("detail",)
FIND = "GET /discovery/"
# A record in a brief list.
BRIEF_ROW: Schema = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "label": {"$ref": "#/$defs/Marked"},
        "status": {"type": ["string", "null"]},
    },
    "required": ["id", "label", "status"],
    "additionalProperties": False,
}


@cache
def exact(endpoints: tuple[str, ...]) -> Schema:
    """The schema of the answers of some endpoints, such as `POST /vendors/`, self-contained."""
    answers = [each for endpoint in endpoints for each in _answers(endpoint)]
    definitions: dict[str, Schema] = {"Untrusted": UNTRUSTED, "Marked": MARKED}
    forms = [_rewritten(each, definitions) for each in (*answers, {"$ref": f"{REFERENCE}{PROBLEM}"})]
    return {"type": "object", "anyOf": forms, "$defs": definitions}


@cache
def exact_of_records(name: str) -> Schema | None:
    """The exact schema of `find`, or of `find` or `get` for one type, as `get.incident`; None for other names."""
    tool, _, entity_type = name.partition(".")
    every = addresses()
    if tool == "get" and entity_type in every:
        return exact(tuple(f"GET {path}" for path in every[entity_type].paths))
    if tool != "find" or (entity_type and entity_type not in discoverable()):
        return None
    return _exact_find([entity_type] if entity_type else discoverable())


def _exact_find(entity_types: list[str]) -> Schema:
    """No result, one complete record of the type, or a brief list."""
    schema = exact((FIND,))
    definitions = dict(schema["$defs"])
    answer = definitions.pop("DiscoveryAnswer")
    forms = []
    for each in entity_types:
        (record,) = (_rewritten(found, definitions) for found in _answers(f"GET {addresses()[each].path}"))
        for matches, rows in (
            (["none"], {"maxItems": 0}),
            (["one"], {"minItems": 1, "maxItems": 1, "items": record}),
            (["many"], {"minItems": 2, "items": BRIEF_ROW}),
        ):
            told = {"entity_type": {"const": each}, "match": {"enum": matches}, "results": {"type": "array", **rows}}
            forms.append({**answer, "properties": {**answer["properties"], **told}})
    return {"type": "object", "anyOf": [*forms, {"$ref": f"#/$defs/{PROBLEM}"}], "$defs": definitions}


@cache
def brief(endpoints: tuple[str, ...]) -> Schema:
    """What tells a record from a problem, for the list of tools: a member that it always has."""
    told = [set(_always(each)) for endpoint in endpoints for each in _answers(endpoint)]
    of_problems = set(_always({"$ref": f"{REFERENCE}{PROBLEM}"}))
    telling = sorted({_telling(each - of_problems) for each in told if each - of_problems})
    if len(telling) > 1 and (common := set.intersection(*told) - of_problems):
        telling = [_telling(common)]
    return {"type": "object", "anyOf": [{"required": [each]} for each in (*telling, "code")]}


def _telling(members: set[str]) -> str:
    return "id" if "id" in members else min(members)


@cache
def _answers(endpoint: str) -> tuple[Schema, ...]:
    """The schemas of the successful answers of an endpoint."""
    method, path = endpoint.split(" ", 1)
    action = description()["paths"].get(f"/{API_PREFIX}{path.removeprefix('/')}", {}).get(method.lower(), {})
    found = (
        answer.get("content", {}).get("application/json", {}).get("schema")
        for status, answer in action.get("responses", {}).items()
        if status.startswith("2")
    )
    return tuple(each for each in found if each)


def _always(schema: Schema) -> list[str]:
    """The required members of a schema."""
    resolved = _component(schema["$ref"]) if "$ref" in schema else schema
    return list(resolved.get("required", ()))


def _component(reference: str) -> Schema:
    found: Schema = description()["components"]["schemas"][reference.removeprefix(REFERENCE)]
    return found


def _rewritten(schema: Any, definitions: dict[str, Schema], *, own: bool = False) -> Any:
    """A schema that refers to its own definitions, with marked text where the record has free text.

    Arguments: `own` for an object whose texts the server writes.
    """
    if isinstance(schema, list):
        return [_rewritten(each, definitions) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    if "$ref" in schema:
        name = str(schema["$ref"]).removeprefix(REFERENCE)
        if name not in definitions:
            definitions[name] = {}
            definitions[name] = _rewritten(_component(schema["$ref"]), definitions, own=name in OWN_TEXT)
        return {"$ref": f"#/$defs/{name}"}
    told = {
        name: _rewritten(inner, definitions) for name, inner in schema.items() if name not in ("example", "examples")
    }
    if isinstance(schema.get("properties"), Mapping):
        told["properties"] = {
            name: _member(name, inner, definitions, own) for name, inner in schema["properties"].items()
        }
    return told


def _member(name: str, schema: Any, definitions: dict[str, Schema], own: bool) -> Any:
    if not own and (name in free_text() or name in DOCUMENTS):
        return {"$ref": "#/$defs/Marked"}
    return SENTENCE if name in SAID else _rewritten(schema, definitions)
