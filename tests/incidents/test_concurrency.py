"""Concurrent requests decided by the database, with real connections and commits."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections

from incidents.models import Incident
from tests.api import Api
from tests.clients.factories import ClientFactory
from tests.incidents.factories import IncidentFactory
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from users.choices import IM, TS

pytestmark = [
    pytest.mark.usefixtures("committed"),
    pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite in memory has one connection and no races"),
]


def at_once(*requests: Callable[[], Any]) -> list[Any]:
    """Send requests concurrently, each in a separate thread and connection; the responses are unordered."""
    answers: list[Any] = []
    start = Barrier(len(requests))

    def send(request: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=10)
            answers.append(request())
        finally:
            connections.close_all()

    threads = [Thread(target=send, args=[request]) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(answers) == len(requests)
    return sorted(answers, key=lambda answer: answer.status_code)


def callers(count: int, role: str = IM) -> list[Api]:
    """Clients of different people, logged in and past their first use of the token."""
    found = [Api(UserFactory(role=role)) for _ in range(count)]
    for each in found:
        each.get("/me/", expect=200)
    return found


def test_of_two_simultaneous_creations_one_wins():
    given = {
        "client_id": ClientFactory().pk,
        "component_id": ComponentFactory().pk,
        "reporter_id": UserFactory(role=TS).pk,
        "title": "Payments fail",
        "description": "Card payments are declined.",
        "category": "system_outage",
        "impact_level": "high",
        "severity": "P1",
    }
    one, other = callers(2)

    won, lost = at_once(lambda: one.post("/incidents/", given), lambda: other.post("/incidents/", given))

    assert (won.status_code, lost.status_code) == (201, 409)
    assert lost.json()["code"] == "duplicate_open_incident"
    assert lost.json()["errors"][0]["existing_id"] == won.json()["id"]
    assert Incident.objects.count() == 1


def test_of_two_updates_of_the_same_version_one_wins():
    incident = IncidentFactory()
    one, other = callers(2)
    path, match = f"/incidents/{incident.pk}/", {"If-Match": '"1"'}

    won, lost = at_once(
        lambda: one.patch(path, {"title": "One"}, **match), lambda: other.patch(path, {"title": "Other"}, **match)
    )

    assert (won.status_code, lost.status_code) == (200, 412)
    assert lost.json()["code"] == "stale_version"
    incident.refresh_from_db()
    assert (incident.version, incident.title) == (2, won.json()["title"])
    assert connection.vendor == "postgresql"
