"""SOP 10: Creating Client Subscriptions."""

from datetime import date

import pytest
import time_machine
from django.utils import timezone

from audit.models import AuditEntry
from clients.models import Subscription
from core.hooks import hooks
from tests.api import codes, fields
from tests.approvals.factories import approved
from tests.clients.factories import AgreementFactory, CalendarFactory, ClientFactory, SubscriptionFactory
from tests.incidents.factories import IncidentFactory
from tests.products.factories import ProductFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db


@pytest.fixture
def body():
    return {
        "client_id": ClientFactory().pk,
        "product_id": ProductFactory().pk,
        "subscription_type": "full_service",
        "service_level_tier": "premium",
        "start_date": "2025-01-01",
        "end_date": "2099-12-31",
        "recovery_objectives": {"rto_minutes": 240, "rpo_minutes": 0},
    }


@pytest.mark.parametrize("role", [AM, IM, EX])
def test_coverage_is_established(api, body, role):
    """SOP 10 names account managers without tying them to the client, as SOP 4 does: none of these is assigned."""
    answer = api(role).post("/subscriptions/", body, expect=201).json()

    assert {name: answer[name] for name in body} == body
    assert answer["status"] == "active"
    entry = AuditEntry.objects.get(reference_type="subscription", reference_id=answer["id"])
    assert (entry.action, entry.operation) == ("create", "subscription.create")


def test_end_and_recovery_objectives_are_optional(api, body):
    del body["end_date"], body["recovery_objectives"]
    answer = api(AM).post("/subscriptions/", body, expect=201).json()

    assert (answer["end_date"], answer["recovery_objectives"]) == (None, None)


def test_a_contract_is_high_priority_only_if_stated(api, body):
    caller = api(AM)
    assert caller.post("/subscriptions/", body, expect=201).json()["high_priority"] is False
    marked = caller.post("/subscriptions/", {**body, "high_priority": True}, expect=201).json()
    assert marked["high_priority"] is True
    path = f"/subscriptions/{marked['id']}/"
    assert caller.patch(path, {"high_priority": False}, expect=200).json()["high_priority"] is False
    found = caller.get("/subscriptions/?high_priority=true", expect=200).json()["results"]
    assert found == []
    refused = caller.post("/subscriptions/", {**body, "high_priority": "yes"}, expect=400, code="validation_error")
    assert fields(refused) == {"high_priority"}


@pytest.mark.parametrize("role", [TS, SA, VC, CC])
def test_other_roles_are_refused(api, body, role):
    api(role).post("/subscriptions/", body, expect=403, code="role_not_permitted")


def test_missing_fields_are_named_at_once(api):
    refused = api(AM).post("/subscriptions/", {}, expect=400, code="validation_error")
    assert fields(refused) == {"client_id", "product_id", "subscription_type", "service_level_tier", "start_date"}


@pytest.mark.parametrize("field", ["client_id", "product_id"])
def test_references_must_exist(api, body, field):
    refused = api(AM).post("/subscriptions/", {**body, field: 999_999}, expect=400, code="invalid_reference")
    assert fields(refused) == {field}


def test_references_must_be_active(api, body):
    body |= {"client_id": ClientFactory(status="suspended").pk, "product_id": ProductFactory(status="deprecated").pk}
    refused = api(AM).post("/subscriptions/", body, expect=400, code="invalid_reference")

    assert fields(refused) == {"client_id", "product_id"}
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"end_date": "2024-12-31"}, "end_date"),
        ({"start_date": "01.01.2025"}, "start_date"),
        ({"start_date": "0001-01-01"}, "start_date"),
        ({"end_date": "9999-12-31"}, "end_date"),
        ({"subscription_type": "gold"}, "subscription_type"),
        ({"service_level_tier": "P1"}, "service_level_tier"),
        ({"status": "open"}, "status"),
        ({"recovery_objectives": {"rto_minutes": -1}}, "recovery_objectives.rto_minutes"),
        ({"recovery_objectives": {"rto_minutes": "4"}}, "recovery_objectives.rto_minutes"),
        ({"recovery_objectives": {"rto_hours": 4}}, "recovery_objectives.rto_hours"),
        ({"recovery_objectives": 4}, "recovery_objectives"),
        ({"rto_minutes": 4}, "rto_minutes"),
    ],
)
def test_bad_values_are_refused(api, body, change, field):
    assert fields(api(AM).post("/subscriptions/", {**body, **change}, expect=400)) == {field}


def test_incidents_under_a_subscription_are_restamped(api, body, monkeypatch):
    restamped = []
    monkeypatch.setitem(hooks.restamp, "subscription", [restamped.append])

    made = api(AM).post("/subscriptions/", body, expect=201).json()
    api(AM).patch(f"/subscriptions/{made['id']}/", {"service_level_tier": "basic"}, expect=200)

    assert [each.pk for each in restamped] == [made["id"]] * 2


def test_a_subscription_is_updated(api):
    subscription = SubscriptionFactory(rto_minutes=60, rpo_minutes=30)
    answer = api(IM).patch(
        f"/subscriptions/{subscription.pk}/",
        {
            "client_id": subscription.client_id,
            "end_date": "2098-01-01",
            "recovery_objectives": {"rpo_minutes": 15},
            "status": "suspended",
        },
        expect=200,
    )

    assert answer.json()["recovery_objectives"] == {"rto_minutes": 60, "rpo_minutes": 15}
    assert (answer.json()["end_date"], answer.json()["status"]) == ("2098-01-01", "suspended")
    cleared = api(IM).patch(f"/subscriptions/{subscription.pk}/", {"recovery_objectives": None}, expect=200)
    assert cleared.json()["recovery_objectives"] is None


def test_changed_dates_stay_in_order(api):
    subscription = SubscriptionFactory()
    refused = api(AM).patch(f"/subscriptions/{subscription.pk}/", {"end_date": "2020-01-01"}, expect=400)
    assert fields(refused) == {"end_date"}


def test_a_subscription_stays_with_its_client(api):
    body = {"client_id": ClientFactory().pk}
    assert fields(api(AM).patch(f"/subscriptions/{SubscriptionFactory().pk}/", body, expect=400)) == {"client_id"}


def test_a_missing_subscription_is_not_found(api):
    api(AM).patch("/subscriptions/999999/", {"status": "expired"}, expect=404, code="not_found")


def test_cancelled_is_final(api):
    subscription = SubscriptionFactory()
    path = f"/subscriptions/{subscription.pk}/"
    for status in ("expired", "active", "cancelled"):
        api(AM).patch(path, {"status": status}, expect=200)

    changes = ({"status": "active"}, {"status": "cancelled"}, {"service_level_tier": "basic"}, {"end_date": None}, {})
    for change in changes:
        refused = api(EX).patch(path, change, expect=409, code="invalid_transition").json()
        assert refused["errors"][0]["allowed"] == []
        assert refused["error_class"] == "invalid_transition"


def test_coverage_that_has_ended_is_not_active(api, body):
    """The client's time zone determines the current date."""
    ended = {**body, "end_date": "2026-03-10"}
    CalendarFactory(client_id=body["client_id"], timezone="Pacific/Auckland")
    with time_machine.travel("2026-03-10T23:30:00Z", tick=False):
        refused = api(AM).post("/subscriptions/", ended, expect=400, code="validation_error")
        assert (fields(refused), codes(refused)) == ({"end_date"}, {"ended"})
        api(AM).post("/subscriptions/", {**ended, "status": "expired"}, expect=201)
        api(AM).post("/subscriptions/", {**ended, "client_id": ClientFactory().pk}, expect=201)


def test_an_ended_subscription_is_reactivated_only_with_a_later_end(api):
    subscription = SubscriptionFactory(end_date=date(2025, 1, 1))
    path = f"/subscriptions/{subscription.pk}/"
    assert codes(api(AM).patch(path, {"recovery_objectives": None}, expect=400)) == {"ended"}
    api(AM).patch(path, {"status": "expired"}, expect=200)
    assert fields(api(AM).patch(path, {"status": "active"}, expect=400)) == {"end_date"}
    api(AM).patch(path, {"status": "active", "end_date": "2099-01-01"}, expect=200)


TERMS = (
    {"service_level_tier": "basic"},
    {"start_date": "2024-02-01"},
    {"end_date": "2098-01-01"},
    {"status": "suspended"},
    {"high_priority": True},
)


@pytest.mark.parametrize("change", TERMS)
@pytest.mark.parametrize("role", [AM, IM])
def test_terms_of_a_running_clock_change_only_with_approval(api, change, role):
    agreement = AgreementFactory(subscription__subscription_type="custom")
    subscription, caller = agreement.subscription, api(role)
    path = f"/subscriptions/{subscription.pk}/"
    incident = IncidentFactory(client=subscription.client, severity="P1", sla_agreement=agreement)
    caller.patch(path, {"subscription_type": "custom", "recovery_objectives": {"rpo_minutes": 5}}, expect=200)
    caller.patch(path, change, expect=403, code="approval_required")
    approval = approved(caller, api(EX), "subscription.update", change, subscription)
    caller.patch(path, change, approval=approval, expect=200)
    incident.refresh_from_db()


@pytest.mark.parametrize("change", TERMS)
def test_no_approval_is_needed_without_a_running_clock(api, change):
    agreement, now = AgreementFactory(subscription__subscription_type="custom"), timezone.now()
    IncidentFactory(client=agreement.subscription.client, sla_agreement=agreement, status="resolved", resolved_at=now)
    IncidentFactory(client=agreement.subscription.client)
    api(AM).patch(f"/subscriptions/{agreement.subscription_id}/", change, expect=200)


@pytest.mark.parametrize(
    ("before", "change"),
    [
        ({"service_level_tier": "premium"}, {"service_level_tier": "basic"}),
        ({"service_level_tier": "basic", "subscription_type": "custom"}, {"subscription_type": "trial"}),
    ],
)
def test_active_agreements_must_fit_a_new_tier_or_type(api, before, change):
    subscription = SubscriptionFactory(**before)
    agreement = AgreementFactory(subscription=subscription)
    AgreementFactory(subscription=subscription, severity_level="P2", status="inactive")
    path = f"/subscriptions/{subscription.pk}/"

    refused = api(AM).patch(path, change, expect=409, code="precondition_failed").json()

    assert {(item["agreement_id"], item["field"]) for item in refused["errors"]} == {
        (agreement.pk, "response_time_minutes"),
        (agreement.pk, "resolution_time_hours"),
    }
    assert {item["code"] for item in refused["errors"]} == {"outside_tier_range"}
    api(EX).patch(f"/sla-agreements/{agreement.pk}/", {"status": "inactive"}, expect=200)
    api(AM).patch(path, change, expect=200)


def test_an_imported_breach_does_not_hinder_a_change_of_tier(api):
    agreement = AgreementFactory(imported_row={"id": 1}, imported_violations=["outside_tier"])
    api(AM).patch(f"/subscriptions/{agreement.subscription_id}/", {"service_level_tier": "basic"}, expect=200)


def test_agreements_that_fit_leave_the_tier_free_to_change(api):
    agreement = AgreementFactory(subscription__subscription_type="custom")
    body = {"subscription_type": "full_service"}
    api(AM).patch(f"/subscriptions/{agreement.subscription_id}/", body, expect=200)
