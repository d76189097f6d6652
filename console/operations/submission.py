"""Executes submitted forms with the API's dispatcher, If-Match and idempotency, so that a double submit acts once."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import rfc8785
from rest_framework.response import Response

from console.operations.labels import field_label, label_of, value_label
from core.console.titles import title_of
from core.errors import Refusal
from core.http.idempotency import once
from core.http.problems import problem
from core.operations.dispatch import submit
from core.operations.etag import etag_of
from core.operations.registry import Operation
from core.operations.results import Answer

PREFIX = "console-"


@dataclass(frozen=True, slots=True)
class Request:
    """The request of a submitted form. `key` identifies the form, so that it acts once however often it is sent."""

    operation: Operation
    actor: Any
    target_id: int | None
    body: Mapping[str, Any]
    key: str
    version: str = ""
    approval_id: int | None = None
    shape: Any = None

    @property
    def digest(self) -> str:
        """The identity of the request; passwords are left out."""
        body = {} if self.operation.credentials else self.body
        stated = [self.operation.name, self.target_id, body, self.approval_id]
        return hashlib.sha256(rfc8785.dumps(stated)).hexdigest()

    @property
    def named(self) -> dict[str, Any]:
        return {} if self.target_id is None else {"pk": self.target_id}


@dataclass(slots=True)
class Done:
    """The result. `secrets` are shown once and never stored."""

    title: str
    record: str = ""
    entity_type: str = ""
    pk: int | None = None
    facts: list[list[str]] = field(default_factory=list)
    secrets: list[list[str]] = field(default_factory=list)
    again: bool = False


@dataclass(slots=True)
class Refused:
    """The problem document of a refusal, and its status."""

    problem: Mapping[str, Any]
    status: int


def perform(asked: Request) -> Done | Refused:
    """Execute a request, or return what the first one with its key did."""
    try:
        response = once(asked.actor, f"{PREFIX}{asked.key}", asked.digest, asked.named, partial(_carry_out, asked))
    except Refusal as refusal:
        return Refused(problem(refusal, asked.target_id), refusal.meaning.status)
    if response.status_code >= 400:  # noqa: PLR2004 - a refusal that left a record behind is kept, too
        return Refused(response.data, response.status_code)
    done: Done | None = getattr(response, "done", None)
    return done or Done(**response.data, again=True)


def _carry_out(asked: Request) -> Response:
    """The response to store, with all of the result, which is not: of a repeated transaction the last one counts."""
    done: Done = submit(
        asked.operation.name,
        actor=asked.actor,
        target_id=asked.target_id,
        body=dict(asked.body),
        if_match=etag_of(int(asked.version)) if asked.version.isdigit() else None,
        approval_id=asked.approval_id,
        shape=asked.shape,
        answer=partial(_done, asked.operation),
    )
    response = Response({name: getattr(done, name) for name in ("title", "record", "entity_type", "pk", "facts")})
    response.done = done  # type: ignore[attr-defined]
    return response


def _done(operation: Operation, result: Any) -> Done:
    """The displayed part of an operation's result: a record, an Answer, or plain data."""
    extra: Mapping[str, Any] = {}
    if isinstance(result, Answer):
        result, extra = result.record, result.extra
    title = label_of(operation)
    extras = [[field_label(str(name)), value_label(value)] for name, value in extra.items() if value not in (None, [])]
    secret = extras if operation.secret else []
    facts = [] if operation.secret else extras
    if hasattr(result, "entity_type"):
        return Done(title, title_of(result), result.entity_type, result.pk, facts, secret)
    if isinstance(result, Mapping):
        facts = [*facts, *([field_label(str(name)), value_label(value)] for name, value in result.items())]
    return Done(title, facts=facts, secrets=secret)
