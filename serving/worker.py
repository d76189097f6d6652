"""A worker of gunicorn that spends no thread on a request until the whole of it has arrived.

gunicorn's threads read requests themselves, so as many clients as there are threads stop the service by sending slowly.
Here the worker's event loop collects headers and body, within limits of time, and hands the request to a thread when it
is whole. Answers that are not read are given up, too. A proxy in front need not buffer. Refusals for too many requests
are sent after a pause (serving/refusals.py), and connections are closed without waiting (serving/farewells.py).

Workers share the load: one whose threads are all busy accepts no connections and keeps none alive, so that the next
request goes to a worker that is free.
"""

import contextlib
import errno
import os
import socket
import struct
import sys
import time
from functools import partial
from selectors import EVENT_READ as READABLE
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from serving.farewells import Farewells
from serving.receipt import Outcome, Receipt
from serving.refusals import HoldingSocket, Pauses, send_now

HEADER_SECONDS = float(os.environ.get("IMS_HEADER_SECONDS", "10"))
BODY_SECONDS = float(os.environ.get("IMS_BODY_SECONDS", "30"))
# Seconds that a client may leave an answer unread.
SEND_SECONDS = int(os.environ.get("IMS_SEND_SECONDS", "30"))
MOST_BODY = int(os.environ.get("IMS_BODY_MAX_BYTES", "1048576"))
# Bytes that a worker holds of requests that have not arrived; beyond them the oldest is given up.
MOST_HELD = 67_108_864
READ_SIZE = 65_536
# Seconds between two looks for requests whose time is over.
LOOK_EVERY = 0.5
# How long a thread that computes may keep the interpreter from others: a heavy read must not delay short requests.
SWITCH_SECONDS = 0.001
HARMLESS = (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK)

TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
HEAD_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


# Without types: gunicorn has none.
Untyped: Any = ThreadWorker


class Connection(TConn):
    """A connection that says farewell without blocking the event loop."""

    def __init__(self, worker: "BufferingWorker", *args: Any) -> None:
        super().__init__(*args)  # type: ignore[no-untyped-call]
        self.worker = worker

    def close(self, graceful: bool = False) -> None:
        if graceful and not self.cfg.is_ssl:
            self.worker.farewells.begin(self.sock, self.worker.poller)
        else:
            super().close(graceful)  # type: ignore[no-untyped-call]


class BufferingWorker(Untyped):  # type: ignore[misc]
    """gthread, with requests received by the event loop. With TLS of its own it is plain gthread."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.busy = 0  # requests that were handed to the threads and are not finished
        super().__init__(*args, **options)
        self.receiving: dict[Any, float] = {}  # connections, oldest first, and when their time is over
        self.held, self._look_at = 0, 0.0
        self.pauses = Pauses(self.worker_connections // 4)
        self.farewells = Farewells(self.worker_connections // 4)

    def init_process(self) -> None:
        sys.setswitchinterval(SWITCH_SECONDS)
        super().init_process()

    # -- sharing the load

    @property
    def is_saturated(self) -> bool:
        """Whether requests wait for a thread."""
        return self.busy > int(self.cfg.threads)

    @property
    def max_keepalived(self) -> int:
        """gunicorn closes a connection after its answer when this many others are kept alive."""
        return 0 if self.is_saturated else self._max_keepalived

    @max_keepalived.setter
    def max_keepalived(self, most: int) -> None:
        self._max_keepalived = most

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled and not self.is_saturated)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        self.set_accept_enabled(self.alive and self.nr_conns < self.worker_connections)
        super().wait_for_and_dispatch_events(self.pauses.seconds_left(timeout))

    def enqueue_req(self, conn: Any) -> None:
        self.busy += 1
        super().enqueue_req(conn)

    # -- receiving

    def accept(self, listener: Any) -> None:
        """Accept a connection, and begin to receive its first request."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in HARMLESS:
                raise
            return
        self.nr_conns += 1
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_SECONDS, 0))
        conn = Connection(self, self.cfg, client, address, listener.getsockname())
        if self.cfg.is_ssl:
            client.setblocking(True)
            self.enqueue_req(conn)
            return
        self.receive(conn)

    def on_client_socket_readable(self, conn: Any, client: Any) -> None:
        """The next request on a connection that was kept alive."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self.receive(conn)
        self.on_received(conn, client)

    def receive(self, conn: Any, received: bytes = b"") -> None:
        """Collect a request. `received` came behind the one before."""
        conn.receipt = Receipt(MOST_BODY, received)
        self.receiving[conn] = time.monotonic() + HEADER_SECONDS
        self.held += len(received)
        self.poller.register(conn.sock, READABLE, partial(self.on_received, conn))
        if received:
            self.proceed(conn, had_head=False)
        if len(self.receiving) > self.worker_connections // 2:
            self.give_up(next(iter(self.receiving)))

    def on_received(self, conn: Any, client: Any) -> None:
        if conn not in self.receiving:  # it was given up in the same turn of the loop
            return
        try:
            data = client.recv(READ_SIZE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.give_up(conn)
            return
        had_head = bool(conn.receipt.head)
        conn.receipt.feed(data)
        self.held += len(data)
        self.proceed(conn, had_head=had_head)
        if self.held > MOST_HELD and self.receiving:
            self.give_up(next(iter(self.receiving)))

    def proceed(self, conn: Any, *, had_head: bool) -> None:
        """Hand the request to a thread if it has arrived; otherwise wait for the rest."""
        receipt = conn.receipt
        if receipt.outcome is Outcome.HEAD_TOO_LARGE:
            self.give_up(conn, HEAD_TOO_LARGE)
        elif receipt.outcome is not Outcome.PARTIAL:
            self._forget(conn)
            self.enqueue_req(conn)
        elif receipt.head and not had_head:
            self.receiving[conn] = time.monotonic() + BODY_SECONDS
            if receipt.is_awaited:
                self._say(conn, GO_ON)

    # -- giving up

    def give_up(self, conn: Any, answer: bytes = b"") -> None:
        """Close a connection whose request has not arrived."""
        self._forget(conn)
        if answer:
            self._say(conn, answer)
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """Called in each turn of the loop."""
        super().murder_pending()
        for conn, outcome in self.pauses.over(all_of_them=not self.alive):
            send_now(conn.sock, conn.refusal)
            conn.refusal = b""
            self.finish(conn, outcome)
        self.farewells.end_overdue(self.poller, all_of_them=not self.alive)
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + LOOK_EVERY
        for conn, until in list(self.receiving.items()):
            begun = bool(conn.receipt.data)
            if now > until or not (begun or self.alive):
                self.give_up(conn, TOO_SLOW if begun else b"")

    def is_parent_alive(self) -> bool:
        """When the master has died, the port is free at once for another one: what has begun is still answered."""
        if super().is_parent_alive():
            return True
        self.alive = False
        self.set_accept_enabled(False)
        for listener in self.sockets:
            listener.close()
        return False

    def _forget(self, conn: Any) -> None:
        self.receiving.pop(conn, None)
        self.held -= len(conn.receipt.data)
        with contextlib.suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)

    @staticmethod
    def _say(conn: Any, text: bytes) -> None:
        with contextlib.suppress(OSError):
            conn.sock.send(text)

    # -- in a thread

    def handle(self, conn: Any) -> Any:
        """Answer a request that has arrived; what came behind it is received like any other."""
        receipt: Receipt | None = getattr(conn, "receipt", None)
        if receipt is None:
            return super().handle(conn)
        conn.init()
        conn.parser.unreader.unread(bytes(receipt.data))
        conn.is_oversize, conn.receipt.data = receipt.outcome is Outcome.OVERSIZE, bytearray()
        holding = conn.sock = HoldingSocket(conn.sock)
        try:
            kept = super().handle(conn)
        finally:
            conn.sock, conn.refusal = holding.sock, bytes(holding.held)
        conn.behind = conn.parser.unreader.take_buffered() if kept is True else b""
        return kept

    def _keepalive_after(self, conn: Any, keepalive: bool) -> bool:
        """A body that was not received is not waited for."""
        return not getattr(conn, "is_oversize", False) and bool(super()._keepalive_after(conn, keepalive))

    def finish_request(self, conn: Any, fs: Any) -> None:
        self.busy -= 1
        if getattr(conn, "refusal", b""):
            self.pauses.add(conn, fs)
        else:
            self.finish(conn, fs)

    def finish(self, conn: Any, fs: Any) -> None:
        """Keep the connection for its next request, or close it."""
        super().finish_request(conn, fs)
        behind = getattr(conn, "behind", b"")
        if behind and self.keepalived_conns and self.keepalived_conns[-1] is conn:
            conn.behind = b""
            self.keepalived_conns.pop()
            self.poller.unregister(conn.sock)
            self.receive(conn, behind)
