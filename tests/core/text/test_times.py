"""Dates and times have one format at every entry point, and years that a record may have."""

from urllib.parse import urlencode

import pytest

from core.operations.registry import registry
from core.reading.pagination import Cursor
from tests.api import codes, fields
from tests.architecture.targets import address
from tests.clients.factories import ClientFactory
from tests.core.bad_requests import ROUTES, asker, assert_refused
from tests.core.text.described_texts import filled_formats, lists
from users.choices import EX, IM, SA

pytestmark = pytest.mark.django_db

NO_DATES = [
    "2026-W10-1",
    "2026W101",
    "2026-W10",
    "20260302",
    "2026-061",
    "2026-3-2",
    "2026-03-02T00:00:00Z",
    "02.03.2026",
    "٢٠٢٦-٠٣-٠٢",
]
NO_TIMES = [
    "2026-W10-1T10:00:00Z",
    "20260302T100000Z",
    "2026-03-02T100000Z",
    "2026-061T10:00:00Z",
    "2026-03-02",
    "2026-03-02T10Z",
    "2026-03-02T10:00:00+0100",
    "2026-03-02T10:00:00,5Z",
    "1772445600",
    "2026-03-02t10:00:00z",
    "2026-03-02T10:00:00Z\n",
]
WITH_BODY = [(endpoint, name) for endpoint, name in ROUTES if registry[name].body is not None]


def wrong_pairs():
    return zip(NO_DATES, NO_TIMES, strict=False)


def test_bodies_take_one_form():
    tried = set()
    for endpoint, name in WITH_BODY:
        if not filled_formats(endpoint, "", ""):
            continue
        api, (method, path) = asker(name), address(endpoint, registry[name])
        for day, moment in wrong_pairs():
            body = filled_formats(endpoint, day, moment)
            refused = getattr(api, method)(path, body)
            document = assert_refused(refused)
            named = {each.split(".")[0].split("[")[0] for each in fields(refused)}
            assert document["status"] != 400 or named >= set(body), document
            tried |= {name for _ in body if document["status"] == 400}
    assert {"event.record", "subscription.create", "change.schedule", "client.set_calendar"} <= tried, tried


def test_filters_take_one_form(api):
    reader = api(EX)
    for path, schemas in lists():
        timed = {name: each["format"] for name, each in schemas.items() if each.get("format") in ("date", "date-time")}
        for day, moment in wrong_pairs():
            wrong = {name: day if form == "date" else moment for name, form in timed.items()}
            refused = reader.get(f"{path}?{urlencode(wrong)}", expect=400, code="invalid_filter")
            assert fields(refused) >= set(wrong)


@pytest.mark.parametrize("text", [*NO_TIMES, *NO_DATES[:6]])
def test_the_period_of_analytics_takes_one_form(api, text):
    if text != "2026-03-02":
        api(EX).get(f"/analytics/?{urlencode({'from': text})}", expect=400, code="invalid_filter")


@pytest.mark.parametrize("text", NO_TIMES[:4])
def test_a_cursor_takes_one_form(api, text):
    cursor = Cursor("-created_at", False, text, 1).encode()
    api(EX).get(f"/clients/?ordering=-created_at&cursor={cursor}", expect=400, code="invalid_filter")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z"),
        ("2026-03-02T11:00:00.5+01:00", "2026-03-02T10:00:00.500000Z"),
        ("2026-03-02T10:00:00.123456789Z", "2026-03-02T10:00:00.123456Z"),
        ("2026-03-02 10:00:00-00:00", "2026-03-02T10:00:00Z"),
    ],
)
def test_a_time_is_stored_in_utc(api, text, shown):
    body = {"source": "alert_log", "payload_summary": "Slow", "detected_at": text}
    assert api(IM).post("/events/", body, expect=201).json()["detected_at"] == shown


@pytest.mark.parametrize("year", ["0205", "1969", "2200", "2999"])
def test_years_are_bounded(api, year):
    body = {"incident_id": 1, "scheduled_date": f"{year}-12-31", "facilitator_user_id": 1}
    refused = api(IM).post("/post-incident-reviews/", body, expect=400)
    assert "scheduled_date" in fields(refused)
    event = {"source": "alert_log", "payload_summary": "Slow", "detected_at": f"{year}-12-31T00:00:00Z"}
    assert codes(api(IM).post("/events/", event, expect=400)) <= {"out_of_range", "in_the_future"}


def test_years_are_bounded_in_lists_too(api):
    body = {"timezone": "UTC", "weekly_hours": {"mon": [["09:00", "17:00"]]}, "holidays": ["2026-12-24", "0205-12-24"]}
    refused = api(SA).put(f"/clients/{ClientFactory().pk}/calendar/", body, expect=400)
    assert codes(refused) == {"out_of_range"}
