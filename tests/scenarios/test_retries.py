"""Lost connections: a client that never learns of an answer repeats its request, and nothing happens twice or never."""

import json
import random
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from tests.live import environment_of, manage, new_database, served
from tools.tour.http import Client

REQUESTS = 200
MAX_DELAY = 0.03  # seconds: from before the server has read the request until after it has answered
ABORT = struct.pack("ii", 1, 0)  # close with a reset, as a broken line does


class Line:
    """An executive's connection to the server, and how it is lost."""

    def __init__(self, address: str, client: Client, incident: int) -> None:
        self.address, self.client, self.incident = address, client, incident

    @property
    def path(self) -> str:
        return f"/incidents/{self.incident}/notes/"

    def send_and_hang_up(self, number: int, *, answered: bool, delay: float) -> None:
        """Send a note; hang up after some seconds, or as soon as the answer begins: then the server has committed."""
        body = json.dumps({"body": f"note {number}"}).encode()
        head = (
            f"POST /api/v1{self.path} HTTP/1.1\r\nHost: {self.address}\r\nAuthorization: Token {self.client.token}\r\n"
            f"Content-Type: application/json\r\nIdempotency-Key: key-{number}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        host, _, port = self.address.partition(":")
        with socket.create_connection((host, int(port)), timeout=30) as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
            line.sendall(head.encode() + body)
            if answered:
                assert line.recv(1)
            else:
                sleep(delay)

    def repeat(self, number: int) -> Any:
        return self.client.call("POST", self.path, {"body": f"note {number}"}, Idempotency_Key=f"key-{number}")


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with new_database(tmp_path, migrated=True) as url:
        environment = environment_of(url)
        manage(environment, "bootstrap", "--sa-email", "sam@example.org", "--ex-email", "eva@example.org")
        sam, eva = (manage(environment, "issue_token", f"{name}@example.org") for name in ("sam", "eva"))
        with served(environment, workers=2) as address:
            base = f"http://{address}/api/v1"
            yield Line(address, Client(base, eva), an_incident(Client(base, sam), Client(base, eva)))


def an_incident(sam: Client, eva: Client) -> int:
    client = {
        "name": "Harbour Bank",
        "registration_number": "HRB-1042",
        "contact_email": "it@harbour.example",
        "client_type": "enterprise",
    }
    incident = {
        "reporter_id": eva.call("GET", "/me/").body["id"],
        "client_id": sam.call("POST", "/clients/", client).body["id"],
        "title": "Payments are declined",
        "description": "All card payments are declined.",
        "category": "service_unavailable",
        "impact_level": "critical",
        "severity": "P2",
    }
    return int(eva.call("POST", "/incidents/", incident).body["id"])


def all_notes(line: Line) -> list[str]:
    found: list[str] = []
    path: str | None = f"{line.path}?page_size=200"
    while path:
        page = line.client.call("GET", path).body
        found += [row["body"] for row in page["results"]]
        path = page["next"] and page["next"].replace(line.client.base, "")
    return found


def test_retries_after_lost_connections_lose_and_duplicate_nothing(line):
    chance = random.Random(6)  # noqa: S311 - a fixed course, not a secret
    for number in range(REQUESTS):
        answered = number % 2 == 0
        line.send_and_hang_up(number, answered=answered, delay=chance.uniform(0, MAX_DELAY))
        reply = line.repeat(number)
        assert (reply.status, reply.body["body"]) == (201, f"note {number}")
        # Where an answer had begun, the write was committed.
        assert not answered or reply.headers["Idempotency-Replayed"] == "true"

    assert sorted(all_notes(line)) == sorted(f"note {number}" for number in range(REQUESTS))
