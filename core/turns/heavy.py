"""Heavy reads take turns: a bounded number at once on this machine, and one for each caller in a process.

A verification of the trail, analytics, a table of everything and a PDF take a processor for seconds; a few of them
would slow down everybody else.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import IO, Any

from django.conf import settings

from core.codes import Code
from core.errors import Refusal
from core.turns.departures import while_present
from core.turns.files import free_turn

# Seconds that a heavy read that has no turn waits before the next attempt.
RETRY_AFTER = 2

_callers: set[tuple[int, bool]] = set()
_guard = Lock()


@contextmanager
def heavy_turn(caller: Any, client: Any = None) -> Iterator[None]:
    """Run a block as a heavy read, which ends when its client, a socket, has gone. Raises Refusal (429 throttled) if it
    is not the caller's turn.
    """
    release = take_turn(caller)
    try:
        with while_present(client):
            yield
    finally:
        release()


def client_of(request: Any) -> Any:
    """The socket of a request's client, where the server passes it."""
    return request.META.get("gunicorn.socket")


def in_turn(answer: Callable[..., Any], request: Any) -> Callable[..., Any]:
    """The function as a heavy read."""

    def answer_in_turn(*args: Any) -> Any:
        with heavy_turn(request.user, client_of(request)):
            return answer(*args)

    return answer_in_turn


def take_turn(caller: Any, *, table: bool = False) -> Callable[[], None]:
    """Take a turn until the returned function is called. Raises Refusal (429 throttled).

    A table has turns of its own: it waits for its client most of the time.
    """
    most = settings.IMS_TABLES_AT_ONCE if table else settings.IMS_HEAVY_AT_ONCE
    with ExitStack() as turn:
        if most:
            turn.enter_context(_only_one((caller.pk, table)))
            turn.enter_context(_place("table" if table else "turn", most))
        return turn.pop_all().close


@contextmanager
def _only_one(caller: tuple[int, bool]) -> Iterator[None]:
    with _guard:
        if caller in _callers:
            raise _refused("Another heavy read of yours is running.")
        _callers.add(caller)
    try:
        yield
    finally:
        with _guard:
            _callers.discard(caller)


def _place(kind: str, most: int) -> IO[bytes]:
    place = free_turn(kind, most)
    if place is None:
        raise _refused("Too many heavy reads are running.")
    return place


def _refused(detail: str) -> Refusal:
    return Refusal(Code.THROTTLED, detail, rule="heavy_reads", retry_after=RETRY_AFTER)
