"""Attackers and heavy users: what others notice of them."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Event
from typing import Any

from tests.drills.clusters import running_cluster
from tests.drills.results import Result
from tests.drills.scale import scaled
from tests.drills.server import Server, prepared, running_server
from tests.drills.world import World

# Others' median may grow so much; medians below a few milliseconds are noise.
MOST, NOISE = 3.0, 0.02
DRIBBLING, AT_ONCE, TRIALS = 100, 16, scaled(200, 20)
LOGIN = {"email": "sam@example.com", "password": "a guess of nobody"}


def slow_clients() -> Result:
    """100 connections that send a byte at a time, without credentials."""
    with _server() as server:
        quiet = server.median_of("/me/")
        host, port = server.address.split(":")
        with ExitStack() as stack:
            clients = [stack.enter_context(socket.create_connection((host, int(port)))) for _ in range(DRIBBLING)]
            head = b"POST /api/v1/auth/token/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60\r\n\r\n{"
            for number, client in enumerate(clients):
                client.sendall(head[: 1 + number % len(head)])
            return _compared("dribbling connections", DRIBBLING, quiet, server.median_of("/me/"))


def logins() -> Result:
    """16 logins at a time."""
    with _server() as server:
        return _beside(server, "logins", lambda: server.send("/auth/token/", LOGIN))


def verifications() -> Result:
    """16 verifications of the trail at a time."""
    with _server() as server:
        for _ in range(300):
            server.send("/vendors/")
        return _beside(server, "verifications", lambda: server.send("/audit-entries/verify/"))


def locks() -> Result:
    """An agreement and its subscription changed at once: the lock order of ADR 0013."""
    with _server() as server:
        world, shown = World(server).build(), 0
        agreement, subscription = f"/sla-agreements/{world.agreement}/", f"/subscriptions/{world.subscription}/"
        with ThreadPoolExecutor(2) as callers:
            for turn in range(TRIALS):
                one = callers.submit(server.send, agreement, {"response_time_minutes": 19 + turn % 2}, "PATCH")
                other = callers.submit(server.send, subscription, {"high_priority": bool(turn % 2)}, "PATCH")
                shown += sum(each.result().status != 200 for each in (one, other))
    return Result(f"{TRIALS} trials: {shown} requests refused", holds=shown == 0)


def _beside(server: Server, what: str, act: Any) -> Result:
    quiet, end = server.median_of("/me/"), Event()

    def repeat() -> None:
        while not end.is_set():
            act()

    with ThreadPoolExecutor(AT_ONCE) as callers:
        for _ in range(AT_ONCE):
            callers.submit(repeat)
        time.sleep(1)
        loaded = server.median_of("/me/")
        end.set()
    return _compared(what, AT_ONCE, quiet, loaded)


def _compared(what: str, count: int, quiet: float, loaded: float) -> Result:
    ratio = loaded / max(quiet, NOISE)
    return Result(
        f"{count} {what}: others' median {quiet * 1000:.0f} ms quiet, {loaded * 1000:.0f} ms loaded",
        holds=ratio <= MOST,
    )


@contextmanager
def _server() -> Iterator[Server]:
    with running_cluster() as cluster, running_server(cluster.url, prepared(cluster.url)) as server:
        yield server
