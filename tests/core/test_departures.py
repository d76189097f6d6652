"""A heavy read ends when its client has gone: its statement is cancelled, its process stopped."""

import socket
import subprocess

import pytest
from django.db import connection, transaction

from core.errors import Refusal
from core.turns import departures
from core.turns.departures import has_gone, stoppable, while_present

# Statements that last for minutes.
ENDLESS = {
    "postgresql": "SELECT pg_sleep(300)",
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1e11) SELECT count(*) FROM n",
}


@pytest.fixture
def ends(monkeypatch):
    """Both ends of a connection."""
    monkeypatch.setattr(departures, "LOOK_EVERY", 0.01)
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def test_a_client_is_there_until_it_closes_whatever_it_sends(ends):
    ours, theirs = ends
    assert not has_gone(ours)
    theirs.sendall(b"GET /next")
    assert not has_gone(ours)
    assert ours.recv(9) == b"GET /next"
    theirs.close()
    assert has_gone(ours)


@pytest.mark.django_db
def test_the_statement_of_a_client_that_has_gone_is_cancelled(ends):
    ours, theirs = ends
    theirs.close()
    with pytest.raises(Refusal) as refused, while_present(ours), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ENDLESS[connection.vendor])
    assert refused.value.rule == "client_gone"
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_what_runs_for_a_client_that_has_gone_is_stopped(ends):
    ours, theirs = ends
    theirs.close()
    with pytest.raises(Refusal), while_present(ours):
        waited_for_long()


def waited_for_long():
    with subprocess.Popen(["sleep", "300"]) as process, stoppable(process.kill):  # noqa: S607
        process.wait()
    raise RuntimeError("it was killed")


@pytest.mark.django_db
def test_what_fails_for_a_client_that_waits_is_not_excused(ends):
    ours, _ = ends
    with pytest.raises(RuntimeError), while_present(ours):
        raise RuntimeError("a defect")


@pytest.mark.parametrize("client", [None, object()])
def test_without_a_socket_nothing_is_watched(client):
    stopped = []
    with while_present(client), stoppable(lambda: stopped.append(1)):
        pass
    assert stopped == []
