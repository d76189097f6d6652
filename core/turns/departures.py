"""Ends a heavy read whose client has gone: nothing else would, before its answer is sent."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from threading import Event, Lock, Thread
from typing import Any

from django.db import connections

from core.codes import Code
from core.errors import Refusal

LOOK_EVERY = 0.25
# Seconds in which the database is asked to cancel a statement.
CANCEL_WITHIN = 2

_watched: ContextVar["Watcher | None"] = ContextVar("watched", default=None)


class Watcher:
    """Looks whether a client is still there, and ends what runs for it as often as necessary."""

    def __init__(self, client: Any) -> None:
        self.client, self.is_gone = client, False
        self.stops: list[Callable[[], None]] = []
        self._end, self._guard = Event(), Lock()

    def watch(self) -> None:
        while not self._end.wait(LOOK_EVERY):
            self.is_gone = self.is_gone or has_gone(self.client)
            if self.is_gone:
                with self._guard:
                    self._stop_all()

    def _stop_all(self) -> None:
        for stop in () if self._end.is_set() else tuple(self.stops):
            with suppress(Exception):  # what has just ended cannot be stopped
                stop()

    def end(self) -> None:
        """From here on nothing is stopped any more."""
        with self._guard:
            self._end.set()


@contextmanager
def while_present(client: Any) -> Iterator[None]:
    """Run a block, and end its statements when the client has gone.

    `client` is the socket that the server passes with the request, if it does. Raises Refusal (429), which is not
    received by anyone.
    """
    if not isinstance(getattr(client, "sock", client), socket.socket):
        yield
        return
    watcher = Watcher(client)
    watcher.stops.append(cancel_of(connections["default"]))
    token = _watched.set(watcher)
    Thread(target=watcher.watch, daemon=True).start()
    try:
        yield
    except Exception as error:
        if watcher.is_gone:
            raise Refusal(Code.THROTTLED, "The client has closed the connection.", rule="client_gone") from error
        raise
    finally:
        watcher.end()
        _watched.reset(token)


@contextmanager
def stoppable(stop: Callable[[], None]) -> Iterator[None]:
    """Run a block that `stop` ends when the client has gone."""
    watcher = _watched.get()
    stops = [] if watcher is None else watcher.stops
    stops.append(stop)
    try:
        yield
    finally:
        stops.remove(stop)


def has_gone(client: Any) -> bool:
    """Whether the other side has closed the connection. What it sends meanwhile stays to be read."""
    try:
        return not client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except (OSError, ValueError):  # a connection with TLS cannot be asked so, and a reset one is gone
        return isinstance(client, socket.socket) and type(client) is socket.socket


def cancel_of(wrapper: Any) -> Callable[[], None]:
    """A function for another thread, which cancels the statement that a connection of this thread executes."""

    def cancel() -> None:
        connection = wrapper.connection
        if connection is not None and wrapper.vendor == "postgresql":
            connection.cancel_safe(timeout=CANCEL_WITHIN)
        elif connection is not None:
            connection.interrupt()

    return cancel
