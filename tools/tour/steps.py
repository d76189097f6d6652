"""What a tour is made of: chapters of steps, each one request as a row of data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from core.codes import MEANINGS, Code

# `{incident.id}`: a member of an answer that an earlier step kept; `{incident.rows.0.id}` goes further in.
PLACE = re.compile(r"\{(\w+(?:\.\w+)+)\}")
OK, CREATED = 200, 201


class TourError(Exception):
    """The server answered otherwise than the tour says."""


@dataclass(frozen=True, slots=True)
class Step:
    """One request and what is expected of it.

    Arguments: the person who asks ("" for nobody), what they do, in words; "METHOD /path/"; the body; the status of
    success; the name under which the answer is kept; further headers; the code of a refusal; a body that is no JSON
    value, sent as it is; the time that passes before; the members of the answer that a reader should look at; the only
    members that the example shows of a long answer; whether this is a further example beside an operation's first.
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
    """Steps that belong together; with the number of a procedure they are its recipe, and `about` introduces it."""

    about: str
    steps: tuple[Step, ...]
    sop: int | None = None


def filled(value: Any, kept: Mapping[str, Any]) -> Any:
    """A value with its places filled by what earlier steps kept; a text that is one place becomes the member itself."""
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
