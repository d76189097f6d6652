"""Plays a tour through any HTTP transport, and yields every exchange."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from tools.tour.steps import Chapter, Step, TourError, filled
from users.second_factor import code_at


@dataclass(frozen=True, slots=True)
class Request:
    """A request to send: the path below the API's prefix, all headers except Content-Type."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any = None
    raw: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Exchange:
    """One played step: its number in the tour, the request and the reply."""

    number: int
    chapter: Chapter
    step: Step
    request: Request
    reply: Reply


Send = Callable[[Request], Reply]


def play(
    chapters: Iterable[Chapter],
    send: Send,
    kept: dict[str, Any],
    *,
    passing: Callable[[timedelta], None] = lambda duration: None,
) -> Iterator[Exchange]:
    """Play the chapters in order; `kept` contains the initial values, `passing` advances the clock.

    Raises TourError at the first unexpected reply.
    """
    steps = ((chapter, step) for chapter in chapters for step in chapter.steps)
    for number, (chapter, step) in enumerate(steps, start=1):
        passing(step.after)
        _show_codes(kept)
        request = request_of(step, kept)
        reply = send(request)
        _require_expected(step, number, reply)
        if step.keep:
            kept[step.keep] = {**reply.body, "etag": reply.headers.get("ETag")}
        yield Exchange(number, chapter, step, request, reply)


def _show_codes(kept: Mapping[str, Any]) -> None:
    """Set the codes that the authenticator apps of kept secrets show now."""
    for each in kept.values():
        if isinstance(each, dict) and "provisioning_uri" in each:
            each["app_code"] = code_at(str(each["secret"]), timezone.now())


def request_of(step: Step, kept: Mapping[str, Any]) -> Request:
    """A step's request with its placeholders filled, signed with the person's token."""
    headers = {name: str(filled(value, kept)) for name, value in step.headers.items()}
    if step.who:
        headers["Authorization"] = f"Token {kept[f'{step.who}_token']['token']}"
    return Request(step.method, filled(step.path, kept), headers, filled(step.body, kept), step.raw)


def _require_expected(step: Step, number: int, reply: Reply) -> None:
    code = reply.body.get("code") if isinstance(reply.body, Mapping) and "error_class" in reply.body else None
    if (reply.status, code) != (step.status, step.refused):
        wanted = f"{step.status} {step.refused or ''}".strip()
        raise TourError(f"step {number}, {step.request}: expected {wanted}, got {reply.status}: {reply.body}")
