"""The exact schema of what a tool answers: the record of its request, or a problem document; both with marked text.

It is too long for the list of tools, which has room for the members that tell both apart. The whole schema is the
resource `ims://schemas/{tool}`.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from agents.description import Schema, description
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


@cache
def exact(endpoints: tuple[str, ...]) -> Schema:
    """The schema of the answers of some endpoints, such as `POST /vendors/`, self-contained."""
    answers = [each for endpoint in endpoints for each in _answers(endpoint)]
    definitions: dict[str, Schema] = {"Untrusted": UNTRUSTED, "Marked": MARKED}
    forms = [_rewritten(each, definitions) for each in (*answers, {"$ref": f"{REFERENCE}{PROBLEM}"})]
    return {"type": "object", "anyOf": forms, "$defs": definitions}


@cache
def brief(endpoints: tuple[str, ...]) -> Schema:
    """What tells a record from a problem, for the list of tools: a member that it always has."""
    told = [_always(each) for endpoint in endpoints for each in _answers(endpoint)]
    common = sorted(set.intersection(*map(set, told)) - set(_always({"$ref": f"{REFERENCE}{PROBLEM}"}))) if told else []
    if not common:
        return {"type": "object"}
    telling = "id" if "id" in common else common[0]
    return {"type": "object", "anyOf": [{"required": [telling]}, {"required": ["code"]}]}


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
