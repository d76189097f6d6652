"""Holds the answers of refused requests back for a moment, without a thread.

A refusal for too many requests (429) is quick. Clients that repeat it at once would take the processors from everybody
else; when they wait for the answer, they do not.
"""

import contextlib
import socket
import time
from collections import deque
from typing import Any

REFUSED = (b"HTTP/1.1 429 ", b"HTTP/1.0 429 ")
# Shorter than any Retry-After: who waits that long does not notice.
PAUSE = 0.5


class HoldingSocket:
    """The socket of a connection for one answer, which it sends unless it is a refusal for too many requests."""

    def __init__(self, sock: Any) -> None:
        self.sock, self.held, self._is_begun = sock, bytearray(), False

    def sendall(self, data: bytes) -> None:
        if self.held or (not self._is_begun and data.startswith(REFUSED)):
            self.held += data
        else:
            self.sock.sendall(data)
        self._is_begun = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sock, name)


class Pauses:
    """What is held back, oldest first; beyond a number the oldest goes early."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._waiting: deque[tuple[float, Any, Any]] = deque()

    def add(self, conn: Any, outcome: Any) -> None:
        self._waiting.append((time.monotonic() + PAUSE, conn, outcome))

    def over(self, *, all_of_them: bool = False) -> list[tuple[Any, Any]]:
        """The connections whose answers are sent now, and the outcomes of their requests."""
        found, now = [], time.monotonic()
        while self._waiting and (all_of_them or len(self._waiting) > self.most or self._waiting[0][0] <= now):
            found.append(self._waiting.popleft()[1:])
        return found

    def seconds_left(self, most: float) -> float:
        """Until the next one, at most a number of seconds."""
        return min(most, max(0.0, self._waiting[0][0] - time.monotonic())) if self._waiting else most


def send_now(sock: socket.socket, answer: bytes) -> None:
    """Send as much as the socket takes at once; a refusal is smaller than that."""
    sock.setblocking(False)
    with contextlib.suppress(OSError):
        sock.send(answer)
