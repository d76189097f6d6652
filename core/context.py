"""The acting user, operation and request, in a context variable that the audit trail reads.

Entry points (HTTP middleware, commands) and the dispatcher set the context; models and receivers read it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4


@dataclass(frozen=True, slots=True)
class Context:
    """One execution context: the person, the software agent acting for them, their token and its scope, the request
    and the operation.
    """

    actor: Any = None
    agent: str = ""
    request_id: str = ""
    address: str = ""  # the caller's, empty without a request
    operation: Any = None
    token: Any = None
    session: Any = None  # the console session of the request
    within: Any = None  # narrows every queryset that the token reads; None: only the person's own scope applies
    tool_call: str = ""  # the call of a tool by which a software agent asked
    saved: list[tuple[Any, Any]] | None = None  # the records that the operation wrote, each with its changes


_EMPTY = Context()
_current: ContextVar[Context] = ContextVar("ims_context", default=_EMPTY)


def current() -> Context:
    return _current.get()


def new_request_id() -> str:
    return uuid4().hex


@contextmanager
def context(**changes: Any) -> Iterator[Context]:
    """Run a block with some values of the context replaced."""
    token = _current.set(replace(_current.get(), **changes))
    try:
        yield _current.get()
    finally:
        _current.reset(token)


def bind(**changes: Any) -> None:
    """Replace some values until the enclosing `context` block ends, when an entry point learns them later."""
    _current.set(replace(_current.get(), **changes))
