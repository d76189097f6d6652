"""SOP 5, 6, 10, 12, 14, 15, 17, 25: every failing field is named at once, also those that are wrong only together."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.api import codes, fields
from tests.clients.factories import CalendarFactory, ClientFactory, SubscriptionFactory
from tests.incidents.factories import IncidentFactory
from tests.knowledge.factories import ReviewFactory
from tests.products.factories import ProductFactory
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db


def named(refused):
    """The items of a refusal by field."""
    return {item.get("field"): item["code"] for item in refused.json()["errors"]}


@pytest.fixture
def subscription():
    return {
        "client_id": ClientFactory(status="suspended").pk,
        "product_id": ProductFactory().pk,
        "subscription_type": "full_service",
        "service_level_tier": "premium",
        "start_date": "2024-01-01",
        "end_date": "2024-12-31",
    }


@pytest.fixture
def incident():
    return {
        "reporter_id": UserFactory().pk,
        "client_id": ClientFactory().pk,
        "title": "Terminals are offline",
        "description": "All terminals are offline.",
        "category": "network_issue",
        "impact_level": "low",
        "severity": "P4",
    }


def test_a_suspended_client_and_an_ended_period_are_both_named(api, subscription):
    refused = api(AM).post("/subscriptions/", subscription, expect=400, code="validation_error")
    assert named(refused) == {"client_id": "invalid_reference", "end_date": "ended"}


def test_the_date_of_a_suspended_client_is_the_one_of_its_time_zone(api, subscription, time_machine):
    time_machine.move_to("2026-03-01T23:00:00Z", tick=False)
    subscription["end_date"] = "2026-03-01"
    caller = api(AM)
    refused = caller.post("/subscriptions/", subscription, expect=400, code="invalid_reference")
    assert fields(refused) == {"client_id"}

    CalendarFactory(client_id=subscription["client_id"], timezone="Europe/Berlin")
    refused = caller.post("/subscriptions/", subscription, expect=400, code="validation_error")
    assert fields(refused) == {"client_id", "end_date"}


def test_what_only_an_unknown_record_could_tell_is_not_guessed(api, subscription):
    subscription["client_id"] = 999_999
    refused = api(AM).post("/subscriptions/", subscription, expect=400, code="invalid_reference")
    assert fields(refused) == {"client_id"}

    subscription["end_date"] = "2023-12-31"
    refused = api(AM).post("/subscriptions/", subscription, expect=400, code="validation_error")
    assert named(refused) == {"client_id": "invalid_reference", "end_date": "dates_out_of_order"}


def test_an_unknown_field_hides_no_other_error(api, subscription):
    refused = api(AM).post("/subscriptions/", {**subscription, "colour": "red"}, expect=400, code="validation_error")
    assert named(refused) == {"client_id": "invalid_reference", "end_date": "ended", "colour": "unknown_field"}


def test_a_change_of_a_subscription_names_all(api):
    path = f"/subscriptions/{SubscriptionFactory().pk}/"
    wrong = {"product_id": 999_999, "start_date": "2024-06-01", "end_date": "2024-05-01"}
    refused = api(AM).patch(path, wrong, expect=400, code="validation_error")
    assert named(refused) == {"product_id": "invalid_reference", "end_date": "dates_out_of_order"}


def test_an_account_without_its_organisation_and_with_a_bad_address(api):
    body = {"name": "A", "email": "nobody", "role": CC, "timezone": "UTC"}
    refused = api(SA).post("/users/", body, expect=400, code="validation_error")
    assert fields(refused) == {"email", "client_id"}


def test_a_change_of_permissions_names_all(api):
    path, client = f"/users/{UserFactory(role=TS).pk}/permissions/", ClientFactory().pk
    refused = api(SA).patch(path, {"client_id": client, "vendor_id": 999_999}, expect=400, code="validation_error")
    assert named(refused) == {"role": "required", "client_id": "not_applicable", "vendor_id": "invalid_reference"}


def test_a_token_without_an_agent_names_every_grant(api):
    body = {"name": "script", "operations": ["incident.create"], "daily_caps": {"incident.create": 3}}
    refused = api(IM).post("/auth/tokens/", body, expect=400, code="validation_error")
    assert named(refused) == {"operations": "not_applicable", "daily_caps": "not_applicable"}


def test_a_new_incident_names_all(api, incident):
    del incident["severity"]
    tomorrow = timezone.now() + timedelta(days=1)
    wrong = {"reporter_id": UserFactory(role=CC).pk, "detected_at": tomorrow.isoformat(), "category": "weather"}
    refused = api(IM).post("/incidents/", {**incident, **wrong}, expect=400, code="validation_error")
    assert named(refused) == {
        "reporter_id": "invalid_reference",
        "detected_at": "in_the_future",
        "category": "invalid_choice",
        "severity": "required",
    }


def test_a_reporter_of_another_client_is_named_when_the_client_is_suspended(api, incident):
    wrong = {"client_id": ClientFactory(status="suspended").pk, "reporter_id": UserFactory(role=CC).pk}
    refused = api(IM).post("/incidents/", {**incident, **wrong}, expect=400, code="invalid_reference")
    assert fields(refused) == {"client_id", "reporter_id"}


def test_a_lowered_severity_without_reason_is_named_beside_a_bad_category(api):
    path = f"/incidents/{IncidentFactory(severity='P2').pk}/"
    refused = api(IM).patch(path, {"severity": "P4", "category": "weather"}, expect=400, code="validation_error")
    assert named(refused) == {"severity_override_reason": "required", "category": "invalid_choice"}


def test_an_escalation_names_target_and_level(api):
    target = UserFactory(role=VC)
    body = {"incident_id": IncidentFactory().pk, "target_user_id": target.pk, "escalation_level": "management"}
    refused = api(IM).post("/escalations/", body, expect=400, code="validation_error")
    assert named(refused) == {
        "target_user_id": "invalid_target",
        "escalation_level": "level_disagrees",
        "reason": "required",
    }


def test_a_communication_names_recipient_and_group(api):
    body = {
        "incident_id": IncidentFactory().pk,
        "recipient_type": "client_contact",
        "recipient_group": "all",
        "delivery_method": "email",
        "message_content": "Hello",
    }
    refused = api(IM).post("/communications/", body, expect=400, code="validation_error")
    assert named(refused) == {"recipient_user_id": "required", "recipient_group": "not_applicable"}
    refused = api(IM).post("/communications/", {**body, "delivery_method": "post"}, expect=400)
    assert fields(refused) == {"recipient_group", "delivery_method"}


def test_a_review_names_every_rating(api):
    review = ReviewFactory(status="in_progress")
    body = {"timeline_accuracy_rating": 9}
    path = f"/post-incident-reviews/{review.pk}/complete/"
    refused = api(EX).post(path, body, expect=400, code="validation_error")
    assert fields(refused) == {
        "timeline_accuracy_rating",
        "communication_effectiveness_rating",
        "technical_response_rating",
    }


def test_a_list_that_is_too_long_hides_no_other_error(api):
    body = {"user_ids": [1] * 51, "surprise": True}
    refused = api(SA).put(f"/clients/{ClientFactory().pk}/account-managers/", body, expect=400)
    assert codes(refused) == {"max_length", "unknown_field"}
