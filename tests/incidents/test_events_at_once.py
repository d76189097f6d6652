"""Concurrent requests with events, decided by the database."""

import pytest
from django.db import connection
from django.utils import timezone

from incidents.models import EventCorrelation, EventRecord, Incident
from tests.clients.factories import ClientFactory
from tests.incidents.factories import EventFactory
from tests.incidents.test_concurrency import at_once, callers
from tests.products.factories import ComponentFactory

pytestmark = [
    pytest.mark.usefixtures("committed"),
    pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite in memory has one connection and no races"),
]


def alert(**attributes):
    return {
        "source": "alert_log",
        "payload_summary": "Queue is full",
        "severity_hint": "P1",
        "detected_at": timezone.now().isoformat(),
        "client_id": ClientFactory().pk,
        "component_id": ComponentFactory().pk,
        "attributes": attributes,
    }


@pytest.mark.parametrize("attributes", [{"fingerprint": "a1"}, {"event_id": "e-7"}])
def test_an_alert_sent_twice_at_once_is_one_event(attributes):
    given = alert(**attributes)
    one, other = callers(2)
    known, new = at_once(lambda: one.post("/events/", given), lambda: other.post("/events/", given))
    assert (known.status_code, new.status_code) == (200, 201)
    assert known.json()["id"] == new.json()["id"]
    assert EventRecord.objects.count() == 1


@pytest.mark.parametrize("attributes", [{}, {"fingerprint": "a1"}])
@pytest.mark.parametrize("incident", [None, {"category": "api_error"}])
def test_two_identical_correlations_make_one_incident(attributes, incident):
    given = {"event_payloads": [alert(**attributes)], **({"incident": incident} if incident else {})}
    one, other = callers(2)
    answers = at_once(lambda: one.post("/events/correlate/", given), lambda: other.post("/events/correlate/", given))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert {answer.json()["decision"] for answer in answers} == {"incident_created", "linked"}
    assert len({answer.json()["incident"]["id"] for answer in answers}) == 1
    assert Incident.objects.count() == 1
    assert EventRecord.objects.count() == (1 if attributes else 2)


def test_the_same_stored_events_are_correlated_once():
    place = {"client": ClientFactory(), "component": ComponentFactory()}
    ids = [EventFactory(**place).pk for _ in range(5)]
    one, other = callers(2)
    answers = at_once(
        lambda: one.post("/events/correlate/", {"event_record_ids": ids}),
        lambda: other.post("/events/correlate/", {"event_record_ids": ids[::-1]}),
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    assert Incident.objects.count() == 1
    assert EventCorrelation.objects.count() == 5


def test_the_same_events_are_recorded_for_trending_once():
    ids = [EventFactory().pk for _ in range(3)]
    one, other = callers(2)
    answers = at_once(
        lambda: one.post("/events/correlate/", {"event_record_ids": ids}),
        lambda: other.post("/events/correlate/", {"event_record_ids": ids[::-1]}),
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    assert EventCorrelation.objects.count() == 3
    assert connection.vendor == "postgresql"
