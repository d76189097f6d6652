"""Every answer that a test receives is held against its description, with members that are not described forbidden."""

import json
import re
from functools import cache
from typing import Any
from urllib.parse import parse_qs, quote

import jsonschema_rs

from core.json import dumps
from core.schema.reading import PARTIAL_EXTENSION
from ims.docs.views import read_schema

JSON = "application/json"
PROBLEM = "application/problem+json"
METHODS = ("get", "post", "put", "patch", "delete")
OK = 200
SCHEMA = "json-schema:///description"


class UndescribedError(AssertionError):
    """An answer that the description of its operation does not allow."""


def check_answer(method: str, path: str, response: Any) -> None:
    """Raise UndescribedError unless a response of the API conforms exactly to its description."""
    media_type = response.headers.get("Content-Type", "").partition(";")[0]
    address, _, query = path.partition("?")
    found = find(address)
    action = found[1].get(method) if found else None
    if action is None:  # no address of the API, or a method that it does not have
        schema = "#/components/schemas/Problem" if media_type == PROBLEM else None
    else:
        schema = pointer(method, str(found[0]), action, response.status_code, media_type)
        if response.status_code == OK and media_type == JSON and "fields" in parse_qs(query):
            schema = f"#{steps('paths', str(found[0]), method, PARTIAL_EXTENSION, 'schema')}"
    if schema is None or response.streaming or media_type not in (JSON, PROBLEM):
        return
    misfits = [told(each) for each in validator(schema).iter_errors(json.loads(response.content))]
    if misfits:
        where = f"{method.upper()} {path} answers {response.status_code}"
        raise UndescribedError(f"{where}, which {schema} does not describe:\n" + "\n".join(misfits))


def told(misfit: Any) -> str:
    place = "/".join(map(str, misfit.instance_path)) or "the answer"
    return f"  {place}: {misfit.message[:400]} (schema: {'/'.join(map(str, misfit.schema_path))})"


@cache
def find(path: str) -> tuple[str, dict[str, Any]] | None:
    """The path of the description that an address belongs to, with its methods."""
    if not path.startswith("/api/"):
        return None
    fitting = [template for template, pattern in patterns() if pattern.fullmatch(path)]
    # Literal segments take precedence over parameters, as in the URL configuration.
    chosen = min(fitting, key=lambda each: each.count("{"), default=None)
    return (chosen, description()["paths"][chosen]) if chosen else None


def pointer(method: str, path: str, action: dict[str, Any], status: int, media_type: str) -> str | None:
    """The location of a response's schema in the description; None for an answer without a body."""
    described = action["responses"].get(str(status))
    if described is None:
        known = ", ".join(action["responses"])
        raise UndescribedError(f"{method.upper()} {path} answers {status}; described are {known}")
    place = described.get("$ref", f"#{steps('paths', path, method, 'responses', str(status))}")
    content = at(place).get("content", {})
    if not media_type and not content:
        return None
    if media_type not in content:
        raise UndescribedError(
            f"{method.upper()} {path} answers {status} as {media_type!r}; described: {list(content)}"
        )
    return f"{place}{steps('content', media_type, 'schema')}"


def steps(*names: str) -> str:
    """A JSON pointer."""
    return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)


def at(place: str) -> Any:
    """The value at a JSON pointer of the description."""
    found: Any = description()
    for name in place.removeprefix("#/").split("/"):
        found = found[name.replace("~1", "/").replace("~0", "~")]
    return found


@cache
def patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(path, re.compile(re.sub(r"\\\{\w+\\\}", r"[^/]+", re.escape(path)))) for path in description()["paths"]]


@cache
def description() -> dict[str, Any]:
    """The description as it is served, every object of an answer closed."""
    whole: dict[str, Any] = json.loads(dumps(read_schema()))
    close(whole)
    return whole


def close(part: Any) -> None:
    """Forbid undescribed members in objects with described ones; free-form maps have none."""
    if isinstance(part, list):
        for each in part:
            close(each)
        return
    if not isinstance(part, dict):
        return
    if isinstance(part.get("properties"), dict) and part.get("type") == "object":
        part.setdefault("additionalProperties", False)
    for each in part.values():
        close(each)


@cache
def validator(schema: str) -> Any:
    # Paths have braces, which addresses spell in another way.
    address = SCHEMA + quote(schema, safe="#/~")
    return jsonschema_rs.validator_for({"$ref": address}, registry=registry(), validate_formats=True)


@cache
def registry() -> Any:
    return jsonschema_rs.Registry([(SCHEMA, description())], draft=jsonschema_rs.Draft202012)
