"""Attackers and heavy users: what others notice of them."""

import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from statistics import median
from threading import Event
from typing import Any
from uuid import uuid4

from tests.drills.clusters import running_cluster
from tests.drills.results import Result
from tests.drills.scale import scaled
from tests.drills.server import Server, prepared, running_server
from tests.drills.world import World

# Another user's median with a load, as a multiple of the one without. Load, server and database share the processors.
MOST, ROUNDS = 3.0, scaled(3, 2)
DRIBBLING, AT_ONCE, TRIALS, RECORDS = 100, 16, scaled(200, 20), scaled(2_000, 300)
# Rates would refuse most of the logins of one address before anything is hashed.
UNLIMITED = {"IMS_RATE_LOGIN": "off", "IMS_RATE_ADDRESS": "off"}


def slow_clients() -> Result:
    """100 connections that send a part of a request and stop, without credentials."""
    with _server() as server:
        return _beside(server, f"{DRIBBLING} dribbling connections", lambda: _dribbling(server))


def logins() -> Result:
    """16 logins at a time, each with another address: a lockout would spare the hashing."""
    told = Counter[int]()

    def log_in(server: Server) -> None:
        guess = {"email": f"{uuid4().hex}@example.com", "password": "a guess of nobody"}
        told[server.send("/auth/token/", guess).status] += 1

    with _server(**UNLIMITED) as server:
        result = _beside(server, f"{AT_ONCE} logins", lambda: _repeated(partial(log_in, server)))
    return Result(f"{result.figure} ({told[401]} hashed, {told[429]} refused)", result.holds and told[401] > 0)


def verifications() -> Result:
    """16 verifications of the trail at a time."""
    with _server() as server:
        with ThreadPoolExecutor(8) as callers:
            assert {each.status for each in callers.map(lambda _: server.vendor(), range(RECORDS))} == {201}
        load = partial(_repeated, lambda: server.send("/audit-entries/verify/"))
        return _beside(server, f"{AT_ONCE} verifications of {RECORDS} records", load)


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


def _beside(server: Server, what: str, load: Callable[[], AbstractContextManager[None]]) -> Result:
    """Without and with the load in turns, because the machine may have other work, too."""
    quiet, loaded = [], []
    for _ in range(ROUNDS):
        quiet.append(server.median_of("/me/"))
        with load():
            loaded.append(server.median_of("/me/"))
    ratio = median(loaded) / median(quiet)
    return Result(
        f"{what}: others' median {median(quiet) * 1000:.1f} ms without, {median(loaded) * 1000:.1f} ms with them: "
        f"{ratio:.1f} times",
        holds=ratio <= MOST,
    )


@contextmanager
def _dribbling(server: Server) -> Iterator[None]:
    host, port = server.address.split(":")
    head = b"POST /api/v1/auth/token/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60\r\n\r\n{"
    with ExitStack() as stack:
        for number in range(DRIBBLING):
            client = stack.enter_context(socket.create_connection((host, int(port))))
            client.sendall(head[: 1 + number % len(head)])
        yield


@contextmanager
def _repeated(act: Callable[[], Any]) -> Iterator[None]:
    """Callers who repeat an act without a pause."""
    end = Event()

    def repeat() -> None:
        while not end.is_set():
            act()

    with ThreadPoolExecutor(AT_ONCE) as callers:
        for _ in range(AT_ONCE):
            callers.submit(repeat)
        time.sleep(1)
        try:
            yield
        finally:
            end.set()


@contextmanager
def _server(**more: str) -> Iterator[Server]:
    with running_cluster() as cluster, running_server(cluster.url, prepared(cluster.url), **more) as server:
        yield server
