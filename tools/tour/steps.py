"""The parts of a tour: chapters of steps, each one request as a row of data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from core.codes import MEANINGS, Code

# `{incident.id}`: a field of a response that an earlier step kept; `{incident.rows.0.id}` is a nested one.
PLACE = re.compile(r"\{(\w+(?:\.\w+)+)\}")
OK, CREATED = 200, 201


class TourError(Exception):
    """The server's reply differs from the tour's expectation."""


@dataclass(frozen=True, slots=True)
class Step:
    """One request and its expected response.

    Arguments: the person ("" for none), what they do, in words; "METHOD /path/"; the body; the status of success; the
    name under which the response is kept; further headers; the code of a refusal; a body that is not JSON, sent
    unchanged; the time that passes before; the fields of the response to show in the recipe; the only fields of a long
    response to show in the example; whether this is an additional example of an operation.
    """

    who: str
    says: str
    request: str
    body: Any = None
    expect: int = OK
    keep: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    refused: Code | None = None
    raw: str | None = None
    after: timedelta = timedelta()
    shows: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    also: bool = False

    @property
    def status(self) -> int:
        return MEANINGS[self.refused].status if self.refused else self.expect

    @property
    def method(self) -> str:
        return self.request.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.request.partition(" ")[2]


@dataclass(frozen=True, slots=True)
class Chapter:
    """Related steps; with the number of a procedure they are its recipe, and `about` is its introduction."""

    about: str
    steps: tuple[Step, ...]
    sop: int | None = None


def filled(value: Any, kept: Mapping[str, Any]) -> Any:
    """A value with its placeholders filled from earlier steps; a text that is a single placeholder becomes the value
    itself.
    """
    if isinstance(value, Mapping):
        return {name: filled(inner, kept) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, kept) for inner in value]
    if not isinstance(value, str):
        return value
    if whole := PLACE.fullmatch(value):
        return _member(whole[1], kept)
    return PLACE.sub(lambda found: str(_member(found[1], kept)), value)


def _member(path: str, kept: Mapping[str, Any]) -> Any:
    value: Any = kept
    for name in path.split("."):
        try:
            value = value[int(name)] if isinstance(value, list) else value[name]
        except (KeyError, IndexError) as error:
            raise TourError(f"no earlier step kept {path}") from error
    return value
