"""Parses the operations of a description: requests and responses, each with a unique name."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.schema.reading import PARTIAL_EXTENSION
from tools.contract.shapes import resolve

DONE, REFUSED = "200", "400"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# The key of the response with `fields`, next to the media types of the response without it.
WITH_FIELDS = "application/json with fields"
# The default serialisation of parameters, by location.
STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
Description = dict[str, Any]
Named = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Action:
    """One operation, with all references resolved except those to schemas."""

    name: str
    # Alternatives; an empty one means that no login is required.
    logins: list[frozenset[str]]
    # The keys: location and name, media type, status, or status and name.
    parameters: Named
    needs_body: bool
    bodies: Named
    answers: dict[str, Named]
    headers: Named

    @property
    def successes(self) -> list[str]:
        return [status for status in self.answers if status < REFUSED]

    @property
    def refusals(self) -> list[str]:
        return [status for status in self.answers if status >= REFUSED]


def actions_of(description: Description) -> dict[str, Action]:
    """Every operation by its method and path."""
    return dict(_actions(description))


def _actions(description: Description) -> Iterator[tuple[str, Action]]:
    for path, item in description["paths"].items():
        for method in METHODS:
            if method in item:
                yield f"{method.upper()} {path}", _read(item[method], item.get("parameters", []), description)


def _read(action: Named, shared: list[Any], document: Description) -> Action:
    body = resolve(action.get("requestBody", {}), document)
    answers = {status: resolve(each, document) for status, each in action.get("responses", {}).items()}
    parameters = [resolve(each, document) for each in (*shared, *action.get("parameters", ()))]
    schemas = {status: _schemas(each) for status, each in answers.items()}
    if variant := action.get(PARTIAL_EXTENSION):
        parameters.append({**variant["parameter"], "required": False})
        schemas[DONE][WITH_FIELDS] = variant["schema"]
    return Action(
        name=action.get("operationId", ""),
        logins=[_login(each) for each in action.get("security", document.get("security")) or [{}]],
        parameters={f"{each['in']} {each['name']}": each for each in parameters},
        needs_body=body.get("required", False),
        bodies=_schemas(body),
        answers=schemas,
        headers={
            f"{status} {name.lower()}": resolve(each, document)
            for status, answer in answers.items()
            for name, each in answer.get("headers", {}).items()
        },
    )


def _login(alternative: dict[str, list[str]]) -> frozenset[str]:
    """The requirements of one alternative: the scheme and its scopes."""
    scopes = [f"{name} {scope}" for name, scopes in alternative.items() for scope in scopes]
    return frozenset([*alternative, *scopes])


def _schemas(holder: Named) -> Named:
    return {media_type: each.get("schema", {}) for media_type, each in holder.get("content", {}).items()}


def writing_of(parameter: Named) -> str:
    """The serialisation of several values of a parameter."""
    style = parameter.get("style", STYLES[parameter["in"]])
    return f"{style}, {'repeated' if parameter.get('explode', style == 'form') else 'in one'}"
