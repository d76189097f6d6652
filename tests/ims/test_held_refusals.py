"""Refusals for too many requests come after a pause that costs no thread."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from serving import refusals
from serving.refusals import PAUSE, HoldingSocket, Pauses, send_now
from tests.live import new_installation, served

LOGIN = b'{"email": "nobody@example.com", "password": "a guess"}'
REQUEST = (
    b"POST /api/v1/auth/token/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(LOGIN), LOGIN)
)


class Sent:
    """A socket that notes what was sent."""

    def __init__(self) -> None:
        self.data = b""

    def sendall(self, data: bytes) -> None:
        self.data += data


def test_only_refusals_for_too_many_requests_are_held() -> None:
    sent = Sent()
    holding = HoldingSocket(sent)
    for part in (b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 429 is quoted in a body"):
        holding.sendall(part)
    assert (holding.held, sent.data) == (b"", b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 429 is quoted in a body")

    refused = HoldingSocket(sent := Sent())
    for part in (b"HTTP/1.1 429 Too Many Requests\r\n\r\n", b"{}"):
        refused.sendall(part)
    assert (refused.held, sent.data) == (b"HTTP/1.1 429 Too Many Requests\r\n\r\n{}", b"")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    now = {"at": 100.0}
    monkeypatch.setattr(refusals.time, "monotonic", lambda: now["at"])
    return now


def test_a_refusal_waits_for_its_time_in_order(clock: dict[str, float]) -> None:
    pauses = Pauses(most=9)
    pauses.add("first", 1)
    clock["at"] += PAUSE / 2
    pauses.add("second", 2)
    assert (pauses.over(), pauses.seconds_left(1.0)) == ([], PAUSE / 2)
    clock["at"] += PAUSE / 2
    assert pauses.over() == [("first", 1)]
    assert pauses.over(all_of_them=True) == [("second", 2)]
    assert pauses.seconds_left(1.0) == 1.0


def test_of_too_many_the_oldest_goes_early(clock: dict[str, float]) -> None:
    pauses = Pauses(most=2)
    for number in range(4):
        pauses.add(number, None)
    assert [conn for conn, _ in pauses.over()] == [0, 1]


def test_a_client_that_has_gone_stops_nothing() -> None:
    one, other = socket.socketpair()
    other.close()
    with one:
        send_now(one, b"HTTP/1.1 429 Too Many Requests\r\n\r\n")


def test_a_refused_client_is_answered_and_its_connection_serves_on(tmp_path: Path) -> None:
    installation = new_installation(tmp_path, migrated=True, IMS_RATE_LOGIN="1/day")
    with served(installation, "--threads", "1") as place:
        host, port = place.split(":")
        with socket.create_connection((host, int(port)), timeout=30) as client, client.makefile("rb") as lines:
            found = []
            for request in (REQUEST, REQUEST, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"):
                client.sendall(request)
                found.append(answer_of(lines))
    assert [status for status, _ in found] == [401, 429, 200]
    assert found[1][1]["code"] == "throttled"


def answer_of(lines: Any) -> tuple[int, dict[str, Any]]:
    status, length = int(lines.readline().split()[1]), 0
    while (line := lines.readline().strip()) != b"":
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return status, json.loads(lines.read(length))
