"""SOP 11: Managing Service Level Agreements, once they exist."""

import pytest

from core.hooks import hooks
from tests.api import codes, fields
from tests.clients.factories import AgreementFactory, SubscriptionFactory
from users.choices import AM, CC, EX, IM, SA, TS

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement():
    return AgreementFactory()


def path(agreement):
    return f"/sla-agreements/{agreement.pk}/"


def test_an_executive_changes_targets_directly(api, agreement, monkeypatch):
    restamped = []
    monkeypatch.setitem(hooks.restamp, "sla", [restamped.append])
    answer = api(EX).patch(path(agreement), {"response_time_minutes": 30, "availability_target": 99.9}, expect=200)

    assert (answer.json()["response_time_minutes"], answer.json()["availability_target"]) == (30, 99.9)
    assert [each.pk for each in restamped] == [agreement.pk]


@pytest.mark.parametrize(
    "change",
    [
        {"response_time_minutes": 30},
        {"resolution_time_hours": 3},
        {"availability_target": 99.99},
        {"severity_level": "P2"},
        {"status": "inactive"},
    ],
)
def test_agreed_targets_change_only_with_an_executives_approval(api, agreement, change):
    manager = api(AM)
    manager.patch(path(agreement), change, expect=403, code="approval_required")
    wanted = {"operation": "sla.update", "reference_type": "sla", "reference_id": agreement.pk, "payload": change}
    asked = manager.post("/approvals/", wanted, expect=201).json()
    api(EX).post(f"/approvals/{asked['id']}/approve/", {}, expect=200)

    manager.patch(path(agreement), change, approval=asked["id"], expect=200)


def test_agreements_are_not_swapped_by_their_status(api, agreement):
    """A milder one in waiting does not take the place of the approved one behind an executive's back."""
    milder = AgreementFactory(subscription=agreement.subscription, status="inactive", response_time_minutes=30)
    manager = api(IM)
    for each, status in ((agreement, "inactive"), (milder, "active")):
        manager.patch(path(each), {"status": status}, expect=403, code="approval_required")
        api(EX).patch(path(each), {"status": status}, expect=200)


def test_unchanged_values_need_no_approval(api, agreement):
    same = {"status": "active", "response_time_minutes": agreement.response_time_minutes}
    assert api(IM).patch(path(agreement), same, expect=200)["ETag"] == '"1"'


@pytest.mark.parametrize("role", [SA, TS, CC])
def test_other_roles_are_refused(api, agreement, role):
    api(role).patch(path(agreement), {"status": "inactive"}, expect=403, code="role_not_permitted")


def test_a_missing_agreement_is_not_found(api):
    api(EX).patch("/sla-agreements/999999/", {"status": "inactive"}, expect=404, code="not_found")


def test_changed_targets_stay_within_the_tier_and_in_order(api, agreement):
    AgreementFactory(
        subscription=agreement.subscription, severity_level="P2", response_time_minutes=25, resolution_time_hours=4
    )

    refused = api(EX).patch(path(agreement), {"response_time_minutes": 40, "resolution_time_hours": 5}, expect=400)

    assert {(item["field"], item["code"]) for item in refused.json()["errors"]} == {
        (name, code)
        for name in ("response_time_minutes", "resolution_time_hours")
        for code in ("outside_tier_range", "order")
    }


def test_a_changed_severity_is_checked_with_all_targets(api, agreement):
    refused = api(EX).patch(path(agreement), {"severity_level": "P4"}, expect=400)
    assert fields(refused) == {"response_time_minutes"}


def test_an_inactive_agreement_is_checked_when_it_is_reactivated(api, agreement):
    api(EX).patch(path(agreement), {"status": "inactive"}, expect=200)
    api(EX).patch(path(agreement), {"response_time_minutes": 500}, expect=200)

    refused = api(EX).patch(path(agreement), {"status": "active"}, expect=400)

    assert codes(refused) == {"outside_tier_range"}


def test_a_second_active_agreement_of_a_severity_is_a_duplicate(api, agreement):
    other = AgreementFactory(subscription=agreement.subscription, status="inactive")
    refused = api(EX).patch(path(other), {"status": "active"}, expect=409, code="duplicate").json()
    assert refused["errors"][0]["existing_id"] == agreement.pk


def test_an_agreement_stays_with_its_subscription(api, agreement):
    same = {"subscription_id": agreement.subscription_id, "response_time_minutes": 16}
    api(EX).patch(path(agreement), same, expect=200)
    refused = api(EX).patch(path(agreement), {"subscription_id": SubscriptionFactory().pk}, expect=400)
    assert fields(refused) == {"subscription_id"}


def test_an_imported_violation_may_stay_but_not_be_repeated(api):
    old = AgreementFactory(
        response_time_minutes=500, imported_row={"id": 1}, imported_violations=["response_time_minutes"]
    )
    assert api(EX).patch(path(old), {"resolution_time_hours": 3}, expect=200).json()["imported_violations"]

    assert fields(api(EX).patch(path(old), {"response_time_minutes": 400}, expect=400)) == {"response_time_minutes"}
    api(EX).patch(path(old), {"response_time_minutes": 30}, expect=200)
