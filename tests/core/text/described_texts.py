"""Bodies made from the served description: every text field of an operation filled with one text, at every depth."""

from collections.abc import Iterator
from typing import Any

from tests.contract import description


def text_bodies(method: str, path: str, text: str) -> list[dict[str, Any]]:
    """One body for each shape that the operation describes."""
    action = description()["paths"][f"/api/v1{path}"][method]
    schema = action["requestBody"]["content"]["application/json"]["schema"]
    return [filled(each, text) for each in shapes(schema) if filled(each, text)]


def shapes(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """A schema without references, for each of its alternatives."""
    schema = resolved(schema)
    inner = schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf")
    return [shape for each in inner for shape in shapes(each)] if inner else [schema]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    _, kind, name = schema["$ref"].removeprefix("#/").split("/")
    found: dict[str, Any] = description()["components"][kind][name]
    return found


def lists() -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
    """Every path of a list and the schemas of its parameters, by name."""
    for path, methods in description()["paths"].items():
        parameters = map(resolved, methods.get("get", {}).get("parameters", ()))
        schemas = {each["name"]: resolved(each["schema"]) for each in parameters}
        if "ordering" in schemas and "{" not in path:
            yield path, schemas


def filled(schema: dict[str, Any], text: str) -> Any:
    """A value whose every text is the given one; None where no text belongs."""
    schema = resolved(schema)
    if schema.get("writeOnly"):
        return None
    kinds = [each.get("type") for each in shapes(schema)]
    first = shapes(schema)[0]
    if "string" in kinds or ["string", "null"] in kinds:
        return text
    if first.get("type") == "array":
        inner = filled(first["items"], text)
        return None if inner is None else [inner]
    if "properties" in first:
        members = {name: filled(each, text) for name, each in first["properties"].items()}
        return {name: value for name, value in members.items() if value is not None} or None
    return free_form(text) if "additionalProperties" in first else None


def free_form(text: str) -> dict[str, Any]:
    return {"a text": text, f"a name {text}": 1, "deep": [{"deeper": text}]}


def filled_formats(endpoint: str, day: str, moment: str) -> dict[str, Any]:
    """A body of an endpoint with these in place of every date and time; empty where it has neither."""
    method, path = endpoint.split(" ")
    action = description()["paths"][f"/api/v1{path}"][method.lower()]
    schema = shapes(action["requestBody"]["content"]["application/json"]["schema"])[0]
    return timed(schema, {"date": day, "date-time": moment}) or {}


def timed(schema: dict[str, Any], texts: dict[str, str]) -> Any:
    formats = [each.get("format") for each in shapes(schema)]
    if found := next((each for each in formats if each in texts), None):
        return texts[found]
    first = shapes(schema)[0]
    if first.get("type") == "array":
        inner = timed(first["items"], texts)
        return None if inner is None else [inner]
    members = {name: timed(each, texts) for name, each in first.get("properties", {}).items()}
    return {name: value for name, value in members.items() if value is not None} or None
