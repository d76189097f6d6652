"""Attackers and heavy users: what others notice of them."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from threading import Event
from typing import Any
from uuid import uuid4

from tests.drills.clusters import running_cluster
from tests.drills.results import Result
from tests.drills.server import Server, prepared, running_server
from tests.live import environment_of, manage

# Others' median may grow so much; medians below a few milliseconds are noise.
MOST, NOISE = 3.0, 0.02
DRIBBLING, AT_ONCE, RACES = 100, 16, 200
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


def races() -> Result:
    """An agreement and its subscription changed at once: the lock order of 0013."""
    with _server() as server:
        agreement, subscription = _agreed(server)
        shown = 0
        with ThreadPoolExecutor(2) as callers:
            for turn in range(RACES):
                one = callers.submit(server.send, agreement, {"response_time_minutes": 20 + turn % 2}, "PATCH")
                other = callers.submit(server.send, subscription, {"high_priority": bool(turn % 2)}, "PATCH")
                shown += sum(each.result().status != 200 for each in (one, other))
    return Result(f"{RACES} trials: {shown} requests refused", holds=shown == 0)


def _agreed(server: Server) -> tuple[str, str]:
    """The paths of an agreement and its subscription."""
    token = manage(environment_of(server.url), "issue_token", "sam@example.com").splitlines()[-1]
    administrator = replace(server, token=token)

    def made(path: str, by: Server = server, **body: Any) -> int:
        answer = by.send(path, body)
        assert answer.status == 201, answer.document
        return int(answer.document["id"])

    mark = uuid4().hex[:8]
    client = made(
        "/clients/",
        administrator,
        name=f"C {mark}",
        registration_number=mark,
        contact_email=f"{mark}@example.com",
        client_type="enterprise",
    )
    vendor = server.vendor().document["id"]
    product = made("/products/", administrator, product_name=f"P {mark}", product_type="other", vendor_id=vendor)
    terms = {"subscription_type": "full_service", "service_level_tier": "premium", "start_date": "2025-01-01"}
    subscription = made("/subscriptions/", client_id=client, product_id=product, **terms)
    targets = {"severity_level": "P1", "response_time_minutes": 20, "resolution_time_hours": 4}
    agreement = made("/sla-agreements/", subscription_id=subscription, **targets)
    return f"/sla-agreements/{agreement}/", f"/subscriptions/{subscription}/"


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
