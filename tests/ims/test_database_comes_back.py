"""A server whose database restarts, becomes read-only or freezes: no request pays for dead connections."""

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

from core.sql.postgresql.connections import GuardedConnection
from tests.live import environment_of, manage, new_database, served

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server that could go away")
PEOPLE = ("--sa-email", "sam@example.com", "--ex-email", "eva@example.com")
VENDOR = {
    "vendor_name": "Nimbus",
    "vendor_type": "cloud_service_provider",
    "contact_email": "help@nimbus.example",
    "contact_phone": "+4930123456",
}


class Installation:
    def __init__(self, url: str, address: str, token: str) -> None:
        self.url, self.address, self.token = url, address, token

    def sql(self, statement: str) -> None:
        with psycopg.connect(urlsplit(self.url)._replace(path="/postgres").geturl(), autocommit=True) as server:
            server.execute(statement)  # type: ignore[arg-type]

    def end_sessions(self) -> None:
        """End the sessions of the server, and wait until they are gone."""
        name = urlsplit(self.url).path[1:]
        self.sql(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608

    def send(self, path: str, body: Any = None, **headers: str) -> tuple[int, str, str]:
        """Status, code and Retry-After of an answer."""
        data = None if body is None else json.dumps(body).encode()
        known = {"Authorization": f"Token {self.token}", "Content-Type": "application/json", **headers}
        request = urllib.request.Request(f"http://{self.address}{path}", data, known)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, "", ""
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)["code"], refused.headers["Retry-After"]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder: Path = tmp_path_factory.mktemp("away")
    with new_database(folder, migrated=True) as url:
        environment = environment_of(url)
        manage(environment, "bootstrap", *PEOPLE)
        token = manage(environment, "issue_token", "eva@example.com").splitlines()[-1]
        with served(environment, "--threads", "4") as address:
            yield Installation(url, address, token)


def test_connections_that_died_in_the_pool_cost_no_request(installation: Installation) -> None:
    for _ in range(3):
        installation.end_sessions()
        assert [installation.send("/api/v1/me/")[0] for _ in range(3)] == [200, 200, 200]
        installation.end_sessions()
        assert installation.send("/readyz")[0] == 200


def test_a_read_only_database_is_an_outage_and_not_ready(installation: Installation) -> None:
    name = urlsplit(installation.url).path[1:]
    assert installation.send("/readyz")[0] == 200
    installation.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    installation.end_sessions()
    Event().wait(1.1)  # a proof holds for a second
    try:
        for headers in ({}, {"Idempotency-Key": "k"}):
            status, code, wait = installation.send("/api/v1/vendors/", VENDOR, **headers)
            assert (status, code, int(wait) > 0) == (503, "database_unavailable", True)
        assert installation.send("/api/v1/vendors/")[:2] == (503, "database_unavailable")
        assert installation.send("/readyz")[:2] == (503, "database_unavailable")
    finally:
        installation.sql(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        installation.end_sessions()
    assert installation.send("/readyz")[0] == 200


class Freezing:
    """A way to the database that stops passing anything on, as a frozen server does."""

    def __init__(self, host: str, port: int) -> None:
        self.there, self.frozen, self.door = (host, port), Event(), socket.create_server(("127.0.0.1", 0))
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            here, _ = self.door.accept()
            there = socket.create_connection(self.there)
            for one, other in ((here, there), (there, here)):
                Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        while data := one.recv(65_536):
            if self.frozen.is_set():
                Event().wait()
            other.sendall(data)


def test_a_frozen_server_ends_the_wait_and_a_busy_one_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GuardedConnection, "silence", 0.2)
    place = connection.settings_dict
    way = Freezing(place["HOST"], int(place["PORT"] or 5432))
    host, port = way.door.getsockname()
    known = {"user": place["USER"], "password": place["PASSWORD"], "dbname": "postgres"}
    with GuardedConnection.connect(host=host, port=port, **known) as session:
        assert session.execute("SELECT 1 FROM pg_sleep(1)").fetchone() == (1,)
        way.frozen.set()
        with pytest.raises(psycopg.OperationalError, match="stopped answering"):
            session.execute("SELECT 1")
