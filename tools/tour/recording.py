"""Converts exchanges to examples: the first success of each operation in every status, and those marked as further."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from core.http.routes import API_PREFIX
from ims.docs.recorded import PROBLEMS, Examples
from tools.demo.cast import CAST
from tools.tour.placeholders import truncated, with_placeholders
from tools.tour.player import Exchange, Request
from tools.tour.unprovoked import written
from users.choices import Role

MAX_RAW_LENGTH = 60
HIDDEN = ("Authorization",)


class Catalogue:
    """Finds the described operation of a request."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._routes = [
            (method, _pattern(path), action)
            for path, item in schema["paths"].items()
            for method, action in item.items()
            if "operationId" in action
        ]

    def action_of(self, request: Request) -> dict[str, Any] | None:
        path = f"/{API_PREFIX}{request.path.removeprefix('/')}".partition("?")[0]
        found = (
            action
            for method, route, action in self._routes
            if method == request.method.lower() and route.fullmatch(path)
        )
        return next(found, None)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{\w+\\}", "[0-9]+", re.escape(path)))


def files_of(exchanges: Iterable[Exchange], schema: Mapping[str, Any]) -> dict[str, Examples]:
    """The files of a recording: tag → operation id → its examples, and the problem documents by code."""
    catalogue = Catalogue(schema)
    files: dict[str, Examples] = defaultdict(lambda: defaultdict(list))
    problems: Examples = {}
    seen: set[tuple[str, int]] = set()
    for exchange in exchanges:
        action = catalogue.action_of(exchange.request)
        if exchange.step.refused:
            problems.setdefault(str(exchange.step.refused), _refusal(exchange, action))
        elif action and (exchange.step.also or (action["operationId"], exchange.reply.status) not in seen):
            seen.add((action["operationId"], exchange.reply.status))
            files[action["tags"][0]][action["operationId"]].append(_example(exchange))
    ordered = {tag: {name: files[tag][name] for name in sorted(files[tag])} for tag in sorted(files)}
    return {**ordered, PROBLEMS: dict(sorted({**problems, **written()}.items()))}


def sentence_of(exchange: Exchange) -> str:
    """The person and the act, in words."""
    step = exchange.step
    role = {person.key: Role(person.role).label.lower() for person in CAST}.get(step.who)
    return f"{step.who.capitalize()} ({role}) {step.says}." if role else f"Someone {step.says}."


def _example(exchange: Exchange) -> Examples:
    step, reply = exchange.step, exchange.reply
    body = {name: reply.body[name] for name in step.only} if step.only else reply.body
    return {
        "summary": sentence_of(exchange),
        "request": _request(exchange.request),
        "status": reply.status,
        "media_type": reply.headers["Content-Type"].partition(";")[0],
        "answer": truncated(with_placeholders(body)),
    }


def _refusal(exchange: Exchange, action: Mapping[str, Any] | None) -> Examples:
    named = {"operation": action["operationId"]} if action else {}
    example = _example(exchange)
    del example["media_type"]
    return {**named, **example}


def _request(request: Request) -> Examples:
    shown = {name: value for name, value in request.headers.items() if name not in HIDDEN}
    sent: Examples = {"method": request.method, "path": request.path}
    if shown:
        sent["headers"] = shown
    if request.raw is not None:
        cut = len(request.raw) > MAX_RAW_LENGTH
        sent["raw"] = request.raw[:MAX_RAW_LENGTH] + ("…" if cut else "")
    elif request.body is not None:
        sent["body"] = with_placeholders(request.body)
    return sent
