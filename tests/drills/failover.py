"""The server is upgraded or dies, the database fails over, and clocks differ."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event
from uuid import uuid4

from serving.addresses import bound_port
from tests.drills.clusters import Cluster, running_cluster, running_standby
from tests.drills.results import Result
from tests.drills.scale import scaled
from tests.drills.server import Answer, Server, prepared, running_server
from tests.drills.world import World, made

AHEAD, PATCHES = (20, 2_000), scaled(40, 8)
CLOCKS = Path(__file__).parent / "clocks"
# What a second master may wait for a port, and a standby's promotion for the first write.
PORT_SECONDS, FAILOVER_SECONDS, MOST_SECONDS = 5, 30, 45


def clocks() -> Result:
    """Two servers, one ahead of the other: what the first wrote, the second changes at once."""
    refused = []
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster())
        token = prepared(cluster.url)
        on_time = stack.enter_context(running_server(cluster.url, token))
        for milliseconds in AHEAD:
            more = {"PYTHONPATH": str(CLOCKS), "DRILL_CLOCK_MS": str(milliseconds)}
            ahead = stack.enter_context(running_server(cluster.url, token, **more))
            world = World(ahead).build()
            for number in range(PATCHES):
                incident = made(world.open_incident(f"{milliseconds} {number}"))
                answer = on_time.send(f"/incidents/{incident}/", {"status": "in_progress"}, "PATCH")
                refused += [answer.document] if answer.status != 200 else []
    return Result(
        f"{PATCHES * len(AHEAD)} changes at once on a server {' and '.join(map(str, AHEAD))} ms behind: "
        f"{len(refused)} refused {refused[:1] or ''}",
        not refused,
    )


def reload() -> Result:
    """SIGHUP, and an upgrade by USR2, while clients read and write."""
    with _installation() as (_, server), ExitStack() as stack:
        with _writing(server) as told:
            _acknowledged(told, 20)
            server.process.send_signal(signal.SIGHUP)
            time.sleep(4)
            stack.callback(os.kill, _upgraded(server), signal.SIGTERM)
            time.sleep(2)
        there = server.vendor_names()
    failed = [answer.status for answer in told.values() if answer.status != 201]
    lost = {name for name, answer in told.items() if answer.status == 201} - there
    return Result(
        f"{len(told)} writes during a reload and an upgrade: {len(failed)} failed, {len(lost)} lost",
        bool(told) and not failed and not lost,
    )


def port() -> Result:
    """The master is killed while a response waits for its client; another one takes its place."""
    with _installation() as (_, server):
        workers, (host, number) = _children(server.process.pid), server.address.split(":")
        with ExitStack() as stack:
            for _ in range(8):  # unfinished requests, which keep the workers waiting
                stack.enter_context(socket.create_connection((host, int(number)))).sendall(b"GET /healthz HTTP/1.1\r\n")
            time.sleep(0.5)
            os.kill(server.process.pid, signal.SIGKILL)
            server.process.wait(timeout=20)
            began = time.monotonic()
            while bound_port(host, int(number)) is None and time.monotonic() - began < MOST_SECONDS:
                time.sleep(0.05)
            took = time.monotonic() - began
            with running_server(server.url, server.token, server.address) as second:
                answers = [second.send("/me/").status for _ in range(10)]
                left = _left(workers)
    return Result(
        f"the port is free {took:.1f} s after the death of the master, {answers.count(200)} of 10 reads succeed on the "
        f"next one; {len(left)} workers left over",
        took <= PORT_SECONDS and set(answers) == {200} and not left,
    )


def _left(workers: list[int]) -> list[int]:
    """The workers that do not end within their time."""
    until = time.monotonic() + MOST_SECONDS
    while (left := [pid for pid in workers if _state(pid) not in ("", "Z")]) and time.monotonic() < until:
        time.sleep(0.2)
    return left


def standby() -> Result:
    """The primary dies; the standby is promoted; DATABASE_URL names both."""
    with running_cluster() as cluster, running_standby(cluster) as second:
        hosts = f"postgres://postgres@127.0.0.1:{cluster.port},127.0.0.1:{second.port}/postgres"
        token = prepared(cluster.url)
        with running_server(f"{hosts}?target_session_attrs=read-write", token) as server, _writing(server) as told:
            _acknowledged(told, 20)
            cluster.stop("immediate")
            began, before = time.monotonic(), set(told)
            second.promote()
            while server.vendor().status != 201 and time.monotonic() - began < FAILOVER_SECONDS:
                time.sleep(0.2)
            took = time.monotonic() - began
            time.sleep(1)
        with running_server(second.url, token) as after:
            there = after.vendor_names()
    written = {name for name, answer in told.items() if answer.status == 201}
    denied = {name for name, answer in told.items() if answer.says_nothing_was_written}
    lost, false = written - there, denied & there
    return Result(
        f"writes again {took:.1f} s after the primary's death; {len(written)} acknowledged writes "
        f"({len(written & before)} before): {len(lost)} lost, {len(false)} false statements",
        took < FAILOVER_SECONDS and bool(written & before) and not lost and not false,
    )


def _acknowledged(told: dict[str, Answer], count: int) -> None:
    """Wait until some writes are acknowledged: without them a drill shows nothing."""
    until = time.monotonic() + MOST_SECONDS
    while sum(answer.status == 201 for answer in list(told.values())) < count and time.monotonic() < until:
        time.sleep(0.2)


@contextmanager
def _installation() -> Iterator[tuple[Cluster, Server]]:
    with running_cluster() as cluster, running_server(cluster.url, prepared(cluster.url)) as server:
        yield cluster, server


@contextmanager
def _writing(server: Server) -> Iterator[dict[str, Answer]]:
    """Two clients write vendors until the end; what each write was told."""
    told, end = dict[str, Answer](), Event()

    def write() -> None:
        while not end.is_set():
            name = f"Vendor {uuid4().hex}"
            told[name] = server.vendor(name, **{"Idempotency-Key": uuid4().hex})

    with ThreadPoolExecutor(2) as callers:
        try:
            for _ in range(2):
                callers.submit(write)
            yield told
        finally:
            end.set()


def _upgraded(server: Server) -> int:
    """Start a second master by USR2, and end the first one when the second serves; returns the second."""
    server.process.send_signal(signal.SIGUSR2)
    deadline = time.monotonic() + 60
    second = 0
    while time.monotonic() < deadline and not (second and len(_children(second)) > 1):
        second = next((pid for pid in _children(server.process.pid) if _children(pid)), 0)
        time.sleep(0.2)
    assert second, "no second master serves"
    time.sleep(4)
    server.process.terminate()
    server.process.wait(timeout=40)
    return second


def _children(pid: int) -> list[int]:
    file = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(each) for each in file.read_text().split()] if file.exists() else []


def _state(pid: int) -> str:
    """Empty for a process that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return ""
