"""SOP 26: SLA Agreement Creation."""

import pytest

from approvals.models import Approval
from audit.models import AuditEntry
from clients.models import SlaAgreement, Subscription
from core.errors import Refusal
from core.hooks import hooks
from core.operations.dispatch import execute
from tests.api import codes, fields
from tests.clients.factories import AgreementFactory, SubscriptionFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db

P1 = {"severity_level": "P1", "response_time_minutes": 15, "resolution_time_hours": 4}
P2 = {"severity_level": "P2", "response_time_minutes": 60, "resolution_time_hours": 8}
P4 = {"severity_level": "P4", "response_time_minutes": 1440, "resolution_time_hours": 128}
ONE, BULK = "/sla-agreements/", "/sla-agreements/bulk/"


@pytest.fixture
def subscription():
    return SubscriptionFactory()


def one(subscription, **changes):
    return {"subscription_id": subscription.pk, **P1, **changes}


def bulk(subscription, *agreements):
    return {"subscription_id": subscription.pk, "agreements": list(agreements)}


def test_an_executive_agrees_directly(api, subscription):
    answer = api(EX).post(ONE, one(subscription, availability_target=99.95), expect=201).json()

    assert {name: answer[name] for name in P1} == P1
    assert (answer["availability_target"], answer["status"]) == (99.95, "active")
    assert answer["subscription_id"] == subscription.pk
    entry = AuditEntry.objects.get(reference_type="sla", reference_id=answer["id"])
    assert (entry.action, entry.operation) == ("create", "sla.create")


@pytest.mark.parametrize("role", [AM, IM, SA])
def test_others_need_an_executives_approval(api, subscription, role):
    requester, body = api(role), one(subscription)
    requester.post(ONE, body, expect=403, code="approval_required")
    asked = requester.post("/approvals/", {"operation": "sla.create", "payload": body}, expect=201).json()
    api(EX).post(f"/approvals/{asked['id']}/approve/", {}, expect=200)

    other = requester.post(ONE, {**body, "response_time_minutes": 16}, approval=asked["id"], expect=403)
    assert codes(other) == {"approval_body_mismatch"}
    requester.post(ONE, body, approval=asked["id"], expect=201)

    assert Approval.objects.get(pk=asked["id"]).status == "consumed"


@pytest.mark.parametrize("role", [TS, VC, CC])
def test_other_roles_are_refused(api, subscription, role):
    api(role).post(ONE, one(subscription), expect=403, code="role_not_permitted")
    api(role).post(BULK, bulk(subscription, P1), expect=403, code="role_not_permitted")


def test_one_approval_covers_a_bulk_request(api, subscription):
    manager, body = api(AM), bulk(subscription, P1, P2, P4)
    manager.post(BULK, body, expect=403, code="approval_required")
    assert not SlaAgreement.objects.exists()
    asked = manager.post("/approvals/", {"operation": "sla.create", "payload": body}, expect=201).json()
    api(EX).post(f"/approvals/{asked['id']}/approve/", {}, expect=200)

    answer = manager.post(BULK, body, approval=asked["id"], expect=201).json()

    assert [each["severity_level"] for each in answer["agreements"]] == ["P1", "P2", "P4"]
    assert answer["subscription_id"] == subscription.pk
    assert SlaAgreement.objects.count() == 3


def test_an_approval_cannot_be_asked_for_a_body_of_neither_shape(api, subscription):
    payload = {**bulk(subscription, P1), "colour": "red"}
    refused = api(AM).post("/approvals/", {"operation": "sla.create", "payload": payload}, expect=400)
    assert fields(refused) == {"payload.colour"}


def test_a_request_refused_for_its_targets_consumes_no_approval(api, subscription):
    manager, body = api(AM), one(subscription, response_time_minutes=14)
    asked = manager.post("/approvals/", {"operation": "sla.create", "payload": body}, expect=201).json()
    api(EX).post(f"/approvals/{asked['id']}/approve/", {}, expect=200)

    manager.post(ONE, body, approval=asked["id"], expect=400, code="validation_error")

    assert Approval.objects.get(pk=asked["id"]).status == "approved"


def test_every_target_outside_its_tier_is_named_with_the_permitted_range(api, subscription):
    body = one(subscription, response_time_minutes=31, resolution_time_hours=1, availability_target=99.8)
    refused = api(EX).post(ONE, body, expect=400, code="validation_error").json()

    shown = {item["field"]: (item["code"], item["minimum"], item["maximum"]) for item in refused["errors"]}
    assert shown == {
        "response_time_minutes": ("outside_tier_range", 15, 30),
        "resolution_time_hours": ("outside_tier_range", 2, 4),
        "availability_target": ("outside_tier_range", 99.9, 100.0),
    }
    assert refused["rule"] == "tier_targets"
    assert not SlaAgreement.objects.exists()


def test_a_custom_subscription_is_exempt_from_the_ranges_not_from_the_order(api):
    custom = SubscriptionFactory(subscription_type="custom")
    api(EX).post(ONE, one(custom, response_time_minutes=500, availability_target=90), expect=201)

    refused = api(EX).post(ONE, {"subscription_id": custom.pk, **P2}, expect=400)

    assert {(item["field"], item["code"]) for item in refused.json()["errors"]} == {("response_time_minutes", "order")}
    assert refused.json()["errors"][0]["minimum"] == 500


@pytest.mark.parametrize("status", ["active", "inactive"])
def test_only_active_agreements_are_put_in_order(api, subscription, status):
    AgreementFactory(subscription=subscription, severity_level="P2", response_time_minutes=20, resolution_time_hours=3)
    expect = 400 if status == "active" else 201
    api(EX).post(ONE, one(subscription, response_time_minutes=25, status=status), expect=expect)


def test_agreements_of_one_bulk_request_are_put_in_order(api, subscription):
    slow = {**P2, "response_time_minutes": 1500}
    refused = api(EX).post(BULK, bulk(subscription, P1, slow, P4), expect=400, code="validation_error")

    assert fields(refused) == {"agreements[1].response_time_minutes", "agreements[2].response_time_minutes"}
    assert codes(refused) == {"order"}
    assert not SlaAgreement.objects.exists()


def test_a_bulk_request_is_all_or_none(api, subscription):
    refused = api(EX).post(BULK, bulk(subscription, P1, {**P4, "resolution_time_hours": 129}), expect=400)

    assert fields(refused) == {"agreements[1].resolution_time_hours"}
    assert not SlaAgreement.objects.exists()


def test_one_active_agreement_for_each_severity(api, subscription):
    existing = AgreementFactory(subscription=subscription)

    refused = api(EX).post(ONE, one(subscription), expect=409, code="duplicate").json()

    assert [(item["field"], item["existing_id"]) for item in refused["errors"]] == [("severity_level", existing.pk)]
    api(EX).post(BULK, bulk(subscription, P2, P1), expect=409, code="duplicate")
    assert SlaAgreement.objects.count() == 1
    api(EX).patch(f"/sla-agreements/{existing.pk}/", {"status": "inactive"}, expect=200)
    api(EX).post(ONE, one(subscription), expect=201)


def test_a_repeated_severity_in_a_bulk_request_is_a_duplicate(api, subscription):
    refused = api(EX).post(BULK, bulk(subscription, P1, P1), expect=409, code="duplicate")
    assert fields(refused) == {"severity_level"}


@pytest.mark.parametrize(
    "missing", ["subscription_id", "severity_level", "response_time_minutes", "resolution_time_hours"]
)
def test_missing_parameters_are_named(api, subscription, missing):
    body = {name: value for name, value in one(subscription).items() if name != missing}
    assert fields(api(EX).post(ONE, body, expect=400)) == {missing}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("severity_level", "P5"),
        ("response_time_minutes", 0),
        ("response_time_minutes", "15"),
        ("resolution_time_hours", 2.5),
        ("availability_target", 100.001),
        ("availability_target", 99.99999),
        ("status", "expired"),
        ("agreements", []),
    ],
)
def test_bad_values_are_refused(api, subscription, field, value):
    assert fields(api(EX).post(ONE, one(subscription, **{field: value}), expect=400)) == {field}


def test_a_bulk_request_names_bad_values_by_their_place(api, subscription):
    body = bulk(subscription, P1, {"severity_level": "P9", "subscription_id": subscription.pk})
    refused = api(EX).post(BULK, body, expect=400)

    assert fields(refused) == {
        "agreements[1].severity_level",
        "agreements[1].subscription_id",
        "agreements[1].response_time_minutes",
        "agreements[1].resolution_time_hours",
    }
    assert fields(api(EX).post(BULK, bulk(subscription), expect=400)) == {"agreements"}
    assert "severity_level" in fields(api(EX).post(BULK, one(subscription), expect=400))


def test_the_subscription_must_exist_and_be_active(api):
    refused = api(EX).post(ONE, {"subscription_id": 999_999, **P1}, expect=400, code="invalid_reference")
    assert fields(refused) == {"subscription_id"}
    cancelled = SubscriptionFactory(status="cancelled")
    api(EX).post(ONE, one(cancelled), expect=400, code="invalid_reference")
    api(EX).post(BULK, bulk(cancelled, P1), expect=400, code="invalid_reference")


def test_a_subscription_cancelled_meanwhile_takes_no_agreement(api, subscription):
    Subscription.objects.get(pk=subscription.pk).change(status="cancelled")

    with pytest.raises(Refusal) as refused:
        execute("sla.create", actor=api(EX).user, data={"subscription": subscription, **P1})

    assert refused.value.code == "precondition_failed"
    assert [item.code for item in refused.value.errors] == ["subscription_not_active"]
    assert not SlaAgreement.objects.exists()


def test_incidents_under_an_agreement_are_restamped(api, subscription, monkeypatch):
    restamped = []
    monkeypatch.setitem(hooks.restamp, "sla", [restamped.append])

    api(EX).post(BULK, bulk(subscription, P1, P2), expect=201)

    assert [each.severity_level for each in restamped] == ["P1", "P2"]
