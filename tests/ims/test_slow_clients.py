"""Clients that send slowly, or never, hold no thread: others are served, and the slow ones are given up."""

import json
import re
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from serving.receipt import Outcome, Receipt
from tests.live import new_installation, served

# More than the server has threads, by far.
SLOW = 24
HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
LOGIN = b"POST /api/v1/auth/token/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
BODY = b'{"email": "nobody@example.com", "password": "a guess"}'
LIMITS = {"IMS_HEADER_SECONDS": "1.5", "IMS_BODY_SECONDS": "1.5"}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    folder: Path = tmp_path_factory.mktemp("slow")
    with served(new_installation(folder, migrated=True, **LIMITS), "--threads", "4") as place:
        host, port = place.split(":")
        yield host, int(port)


def connected(address: tuple[str, int]) -> socket.socket:
    return socket.create_connection(address, timeout=20)


def answer_of(client: socket.socket) -> bytes:
    """All that comes until the server closes."""
    parts = []
    while part := client.recv(65_536):
        parts.append(part)
    return b"".join(parts)


def statuses(answer: bytes) -> list[int]:
    return [int(each) for each in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


@pytest.mark.parametrize(
    "begun", [b"", b"G", HEAD, LOGIN + b"Content-Length: 400\r\n\r\n{"], ids=["nothing", "a byte", "a head", "a body"]
)
def test_others_are_served_while_many_stall(address: tuple[str, int], begun: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(SLOW):
            client = stack.enter_context(connected(address))
            if begun:
                client.sendall(begun)
        for _ in range(5):
            with urllib.request.urlopen(f"http://{address[0]}:{address[1]}/healthz", timeout=1) as answer:
                assert json.load(answer) == {"status": "alive"}


@pytest.mark.parametrize("begun", [HEAD, LOGIN + b"Content-Length: 400\r\n\r\n{"], ids=["a head", "a body"])
def test_what_does_not_arrive_in_time_is_given_up(address: tuple[str, int], begun: bytes) -> None:
    with connected(address) as client:
        client.sendall(begun)
        assert statuses(answer_of(client)) == [408]


def test_a_request_that_arrives_in_pieces_is_answered(address: tuple[str, int]) -> None:
    request = LOGIN + b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
    with connected(address) as client:
        for start in range(0, len(request), 40):
            client.sendall(request[start : start + 40])
            time.sleep(0.01)
        assert statuses(answer_of(client)) == [401]


def test_a_chunked_body_is_read_to_its_end(address: tuple[str, int]) -> None:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (BODY[:20], BODY[20:])) + b"0\r\n\r\n"
    with connected(address) as client:
        client.sendall(LOGIN + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n")
        client.sendall(chunks)
        assert statuses(answer_of(client)) == [401]


def test_who_waits_to_be_told_to_go_on_is_told(address: tuple[str, int]) -> None:
    with connected(address) as client:
        client.sendall(LOGIN + b"Connection: close\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(BODY))
        assert client.recv(1000).startswith(b"HTTP/1.1 100 ")
        client.sendall(BODY)
        assert statuses(answer_of(client))[-1] == 401


def test_requests_sent_behind_one_another_are_answered_in_turn(address: tuple[str, int]) -> None:
    with connected(address) as client:
        client.sendall((HEAD + b"\r\n") * 3 + HEAD + b"Connection: close\r\n\r\n")
        assert statuses(answer_of(client)) == [200] * 4


def test_half_a_request_behind_a_whole_one_holds_no_thread(address: tuple[str, int]) -> None:
    with ExitStack() as stack:
        for _ in range(SLOW):
            client = stack.enter_context(connected(address))
            client.sendall(HEAD + b"\r\n" + HEAD)
            assert client.recv(1000).startswith(b"HTTP/1.1 200 ")
        with urllib.request.urlopen(f"http://{address[0]}:{address[1]}/healthz", timeout=1) as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (LOGIN + b"Content-Length: 99999999999999999999999\r\n\r\n{", 413),
        (LOGIN + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (LOGIN + b"Content-Length: five\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 70_000, 431),
        (b"nonsense\r\n\r\n", 400),
    ],
    ids=["too large", "ambiguous", "no number", "head too large", "nonsense"],
)
def test_what_is_no_request_is_refused_at_once(address: tuple[str, int], sent: bytes, status: int) -> None:
    with connected(address) as client:
        client.sendall(sent)
        assert statuses(answer_of(client)) == [status]


@pytest.mark.parametrize(
    ("received", "outcome"),
    [
        (b"GET / HTTP/1.1\r\n\r", Outcome.PARTIAL),
        (b"GET / HTTP/1.1\r\n\r\n", Outcome.WHOLE),
        (b"POST / HTTP/1.1\r\ncontent-length:3\r\n\r\nab", Outcome.PARTIAL),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", Outcome.WHOLE),
        (b"POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n", Outcome.OVERSIZE),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", Outcome.PARTIAL),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\n0\r\n\r\n0\r\n", Outcome.PARTIAL),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n", Outcome.WHOLE),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Outcome.WHOLE),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n", Outcome.OVERSIZE),
    ],
)
def test_what_has_arrived_does_not_depend_on_the_pieces(received: bytes, outcome: Outcome) -> None:
    whole, piecemeal = Receipt(10, received), Receipt(10)
    for byte in received:
        piecemeal.feed(bytes([byte]))
    assert whole.outcome is piecemeal.outcome is outcome
