"""Who acts, by which operation, in which request: carried beside the call, captured by the audit trail.

The context is set by the doors (HTTP middleware, commands) and by the dispatcher; models and receivers read it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4


@dataclass(frozen=True, slots=True)
class Context:
    """One act: the person, the software agent that acts for them, their token, the request and the operation."""

    actor: Any = None
    agent: str = ""
    request_id: str = ""
    operation: Any = None
    token: Any = None
    saved: list[tuple[Any, Any]] | None = None  # the records that the operation wrote, each with its changes


_NOBODY = Context()
_current: ContextVar[Context] = ContextVar("ims_context", default=_NOBODY)


def current() -> Context:
    return _current.get()


def new_request_id() -> str:
    return uuid4().hex


@contextmanager
def context(**changes: Any) -> Iterator[Context]:
    """Run a block with some parts of the context replaced."""
    token = _current.set(replace(_current.get(), **changes))
    try:
        yield _current.get()
    finally:
        _current.reset(token)


def bind(**changes: Any) -> None:
    """Replace some parts of the context until the enclosing `context` block ends: what a door learns on the way."""
    _current.set(replace(_current.get(), **changes))
