"""A busy worker leaves requests to the others, and a client that does not close its connection delays nobody."""

import json
import selectors
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config

from serving.farewells import MOST_READ, Farewells
from serving.worker import BufferingWorker
from tests.live import new_installation, served

LEAVING = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
THREADS = 4


@pytest.fixture
def worker() -> Iterator[Any]:
    """A worker with one listening socket, whose loop does not run."""
    cfg = Config()
    cfg.set("threads", THREADS)
    with socket.create_server(("127.0.0.1", 0)) as listener, selectors.DefaultSelector() as poller:
        made = BufferingWorker(0, 0, [listener], SimpleNamespace(), 30, cfg, SimpleNamespace())
        made.poller, made.tpool = poller, SimpleNamespace()
        yield made
        made.tmp.close()


def accepts(worker: Any) -> bool:
    worker.method_queue.init()
    worker.wait_for_and_dispatch_events(0)
    return worker.sockets[0] in worker.poller.get_map()


@pytest.mark.parametrize(("busy", "free"), [(0, True), (THREADS, True), (THREADS + 1, False)])
def test_a_worker_whose_requests_wait_accepts_no_connection_and_keeps_none(worker: Any, busy: int, free: bool) -> None:
    worker.busy = busy

    assert accepts(worker) is free
    assert (worker.max_keepalived > 0) is free


def test_a_worker_accepts_again_when_no_request_waits(worker: Any) -> None:
    worker.busy = THREADS + 1
    assert not accepts(worker)
    worker.busy = THREADS
    assert accepts(worker)


def test_a_worker_that_stops_does_not_accept_again(worker: Any) -> None:
    worker.alive = False
    assert not accepts(worker)


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_connection_ends_when_the_client_has_closed_its_side(ends: Any) -> None:
    (ours, theirs), farewells = ends, Farewells(10)
    with selectors.DefaultSelector() as poller:
        farewells.begin(ours, poller)
        assert theirs.recv(1) == b""
        theirs.sendall(b"what nobody reads")
        farewells.read(ours, poller)
        assert ours.fileno() > 0
        theirs.shutdown(socket.SHUT_WR)
        farewells.read(ours, poller)

        assert (ours.fileno(), len(poller.get_map())) == (-1, 0)


def test_a_client_that_goes_on_sending_is_cut_off(ends: Any) -> None:
    (ours, theirs), farewells = ends, Farewells(10)
    with selectors.DefaultSelector() as poller:
        farewells.begin(ours, poller)
        sent = 0
        while ours.fileno() > 0 and sent <= MOST_READ:
            sent += theirs.send(b"x" * 4_096)
            farewells.read(ours, poller)

        assert (ours.fileno(), sent) == (-1, MOST_READ)


@pytest.mark.parametrize("most", [0, 10])
def test_who_does_not_close_is_waited_for_only_within_the_limits(ends: Any, most: int) -> None:
    ours, farewells = ends[0], Farewells(most)
    with selectors.DefaultSelector() as poller:
        farewells.begin(ours, poller)
        farewells.end_overdue(poller)
        assert (ours.fileno() == -1) is (most == 0)
        farewells.end_overdue(poller, all_of_them=True)
        assert ours.fileno() == -1


def test_clients_that_do_not_close_delay_nobody(tmp_path: Path) -> None:
    with served(new_installation(tmp_path, migrated=True), "--threads", "1") as address, ExitStack() as stack:
        host, port = address.split(":")
        for _ in range(8):
            client = stack.enter_context(socket.create_connection((host, int(port)), timeout=5))
            client.sendall(LEAVING)
            assert client.recv(1_000).startswith(b"HTTP/1.1 200 ")
            with urllib.request.urlopen(f"http://{address}/healthz", timeout=1) as answer:
                assert json.load(answer) == {"status": "alive"}
