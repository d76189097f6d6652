"""Adds the recorded examples to the OpenAPI description."""

from collections.abc import Iterable, Iterator
from typing import Any

from core.schema.refusals import CODES_EXTENSION, MEDIA_TYPE
from ims.docs.recorded import Examples, by_operation, problems

JSON = "application/json"


def illustrate(result: Any, generator: Any, **options: Any) -> Any:
    """A generator hook: adds examples of bodies and responses by operation, and of refusals by code."""
    actions = [action for item in result["paths"].values() for action in item.values()]
    refused = {code for action in actions for answer in action["responses"].values() for code in _codes(answer)}
    result["components"]["examples"] = {
        code: {"summary": each["summary"], "value": each["answer"]}
        for code, each in problems().items()
        if code in refused
    }
    for action in actions:
        _illustrate(action, by_operation().get(action["operationId"], []))
    return result


def _illustrate(action: dict[str, Any], recorded: list[Examples]) -> None:
    if "requestBody" in action:
        bodies = ((each["summary"], each["request"]["body"]) for each in recorded if "body" in each["request"])
        _show(action["requestBody"]["content"][JSON], bodies)
    for status, answer in action["responses"].items():
        for media_type, content in answer["content"].items():
            if media_type == MEDIA_TYPE:
                content["examples"] = {code: _reference(code) for code in _codes(answer)}
            else:
                _show(content, _answers(recorded, status, media_type))


def _answers(recorded: Iterable[Examples], status: str, media_type: str) -> Iterator[tuple[str, Any]]:
    for each in recorded:
        if (str(each["status"]), each["media_type"]) == (status, media_type):
            yield each["summary"], each["answer"]


def _show(content: dict[str, Any], described: Iterable[tuple[str, Any]]) -> None:
    examples = {
        f"example_{number}": {"summary": summary, "value": value}
        for number, (summary, value) in enumerate(described, start=1)
    }
    if examples:
        content["examples"] = examples


def _reference(code: str) -> dict[str, str]:
    return {"$ref": f"#/components/examples/{code}"}


def _codes(answer: dict[str, Any]) -> list[str]:
    """The codes of a described refusal; none for a success."""
    codes: list[str] = answer.get(CODES_EXTENSION, [])
    return codes
