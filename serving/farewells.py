"""Closes connections without making the event loop wait for the client.

A connection that ends is closed in two steps (RFC 9112, section 9.6): the server sends its FIN, and reads on until the
client has sent its own; otherwise an answer on its way could be lost. gunicorn waits for that in the event loop, so a
client that keeps its side open would stop the whole worker.
"""

import contextlib
import selectors
import socket
import time
from collections import deque
from collections.abc import Iterator

# Seconds that a client has for its FIN, and bytes that are read from it meanwhile.
PATIENCE, MOST_READ = 2.0, 65_536


class Farewells:
    """Sockets that the server has closed and the client has not, oldest first; beyond a number the oldest goes."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._until: deque[tuple[float, socket.socket]] = deque()
        self._left: dict[socket.socket, int] = {}

    def begin(self, sock: socket.socket, poller: selectors.BaseSelector) -> None:
        """Send the FIN. The poller calls `read` when the client has sent something."""
        try:
            sock.shutdown(socket.SHUT_WR)
            sock.setblocking(False)
            poller.register(sock, selectors.EVENT_READ, lambda _: self.read(sock, poller))
        except (OSError, ValueError):
            sock.close()
            return
        self._left[sock] = MOST_READ
        self._until.append((time.monotonic() + PATIENCE, sock))

    def read(self, sock: socket.socket, poller: selectors.BaseSelector) -> None:
        """Discard what comes; the end of it, or too much of it, ends the connection."""
        try:
            received = len(sock.recv(self._left[sock]))
        except BlockingIOError:
            return
        except OSError:
            received = 0
        self._left[sock] -= received
        if not received or not self._left[sock]:
            self._end(sock, poller)

    def end_overdue(self, poller: selectors.BaseSelector, *, all_of_them: bool = False) -> None:
        """Called in each turn of the loop."""
        for sock in list(self._overdue(all_of_them=all_of_them)):
            if sock in self._left:
                self._end(sock, poller)

    def _overdue(self, *, all_of_them: bool) -> Iterator[socket.socket]:
        now = time.monotonic()
        while self._until and (
            all_of_them
            or len(self._left) > self.most
            or self._until[0][0] <= now
            or self._until[0][1] not in self._left
        ):
            yield self._until.popleft()[1]

    def _end(self, sock: socket.socket, poller: selectors.BaseSelector) -> None:
        del self._left[sock]
        with contextlib.suppress(OSError, KeyError, ValueError):
            poller.unregister(sock)
        sock.close()
