"""Excessive bodies are refused early and with a bounded response."""

import pytest

from core.errors import MAX_ITEMS
from incidents.models import EventRecord
from tests.api import Api, capture, fields
from tests.clients.factories import ClientFactory
from tests.users.factories import UserFactory
from users.choices import EX, IM, SA, TS

pytestmark = pytest.mark.django_db

HUGE = [99999999999999999999999, -(2**63), 2**63, 1e30, {"deep": [{"down": 2**64}]}]


@pytest.mark.parametrize("number", HUGE)
def test_a_number_that_no_reader_could_be_given_back_is_refused(api, number):
    event = {"source": "alert_log", "payload_summary": "x", "attributes": {"a": number}}
    refused = api(IM).post("/events/", event, expect=400, code="validation_error")

    assert refused.json()["errors"][0]["code"] == "huge"
    assert EventRecord.objects.count() == 0


def test_the_largest_numbers_come_back_as_they_were(api):
    attributes = {"most": 2**63 - 1, "least": -(2**63) + 1, "part": 0.5}
    event = {"source": "alert_log", "payload_summary": "x", "attributes": attributes}
    caller = api(IM)

    made = caller.post("/events/", event, expect=201).json()

    assert caller.get(f"/events/{made['id']}/", expect=200).json()["attributes"] == attributes


LONG_LISTS = [
    (SA, "put", "/clients/{client}/account-managers/", {"user_ids": ["x"] * 51}),
    (SA, "put", "/clients/{client}/calendar/", {"timezone": "UTC", "weekly_hours": {}, "holidays": ["x"] * 1_001}),
    (TS, "post", "/components/", {"ports": ["x"] * 101}),
    (EX, "patch", "/approval-rules/{rule}/", {"approver_roles": ["x"] * 8}),
    (IM, "post", "/events/correlate/", {"event_payloads": [{"x": 1}] * 1_001}),
]


@pytest.mark.parametrize(("role", "method", "path", "body"), LONG_LISTS)
def test_a_list_beyond_its_bound_is_refused_before_its_items_are_looked_at(api, role, method, path, body):
    caller: Api = api(role)
    rule = caller.get("/approval-rules/?page_size=1").json().get("results", [{"id": 0}])[0]["id"]
    address = path.format(client=ClientFactory().pk, rule=rule)
    (name,) = [name for name, value in body.items() if isinstance(value, list)]

    with capture() as queries:
        refused = getattr(caller, method)(address, body, expect=400, code="validation_error")

    about = [item for item in refused.json()["errors"] if item["field"].startswith(name)]
    assert [(item["field"], item["code"]) for item in about] == [(name, "max_length")]
    assert len(queries) < 20


def test_the_list_of_unknown_names_is_bounded():
    body = {f"name_{number}": 1 for number in range(MAX_ITEMS * 5)}
    refused = Api(None).post("/auth/token/", body, expect=400)

    assert len(refused.json()["errors"]) == MAX_ITEMS
    assert len(refused.content) < 20_000


def test_the_list_of_unknown_filters_is_bounded(api):
    query = "&".join(f"name_{number}=1" for number in range(MAX_ITEMS * 2))
    refused = api(EX).get(f"/vendors/?{query}", expect=400, code="invalid_filter")

    assert len(fields(refused)) == MAX_ITEMS
    assert len(refused.content) < 20_000


def test_a_few_too_many_are_all_named():
    UserFactory()
    refused = Api(None).post("/auth/token/", {"a": 1, "b": 2}, expect=400)
    assert fields(refused) == {"a", "b", "email", "password"}
