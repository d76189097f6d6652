"""Inputs whose name differs from the policy's: the refusal contains the API's name."""

import pytest

from tests.clients.factories import ClientFactory
from tests.incidents.factories import EscalationFactory, IncidentFactory
from tests.users.factories import UserFactory
from users.choices import IM, SA, TS

pytestmark = pytest.mark.django_db


def details(refused):
    return {item["field"]: item["detail"] for item in refused.json()["errors"]}


@pytest.mark.parametrize(
    ("call", "path", "body", "called"),
    [
        ((IM, "patch"), lambda: f"/incidents/{IncidentFactory().pk}/", {"new_status": "in_progress"}, "status"),
        ((IM, "post"), lambda: "/escalations/", {"target_user": 1}, "target_user_id"),
        ((TS, "post"), lambda: "/communications/", {"recipient": 1}, "recipient_user_id or recipient_group"),
        ((IM, "post"), lambda: "/events/correlate/", {"event_payload_from_user": {}}, "event_payloads"),
        ((IM, "post"), lambda: "/sla-agreements/", {"response_time": 1}, "response_time_minutes"),
    ],
)
def test_the_refusal_contains_the_correct_name(api, call, path, body, called):
    role, method = call
    refused = getattr(api(role), method)(path(), body, expect=400)
    assert details(refused)[next(iter(body))].endswith(f"The field is called {called} here.")


@pytest.mark.parametrize(
    ("role", "path", "name"),
    [
        (IM, lambda: f"/incidents/{IncidentFactory().pk}/", "field_updates"),
        (SA, lambda: f"/clients/{ClientFactory().pk}/", "updated_fields"),
        (SA, lambda: f"/users/{UserFactory(role=TS).pk}/permissions/", "requested_changes"),
    ],
)
def test_the_refusal_explains_that_the_body_contains_the_fields(api, role, path, name):
    refused = api(role).patch(path(), {name: {"title": "Other"}}, expect=400)
    assert details(refused)[name].endswith("Send its contents as fields of this body.")


def test_a_name_that_does_not_belong_here_is_just_unknown(api):
    incident = EscalationFactory().incident
    refused = api(IM).patch(f"/incidents/{incident.pk}/", {"recipient": 1, "colour": "red"}, expect=400)
    assert set(details(refused).values()) == {"This field is unknown or read-only here."}
