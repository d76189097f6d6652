"""Requesting and deciding approvals, and the data that an approval binds."""

import hashlib

import pytest
from django.db import IntegrityError, transaction

from approvals.digest import approval_digest
from approvals.models import Approval, ApprovalRule
from audit.models import AuditEntry
from core.errors import Refusal
from core.operations.registry import registry
from tests.api import codes, fields
from tests.approvals.elevated import USER, VENDOR
from tests.approvals.factories import approved, ask, decide
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db


def test_a_request_is_frozen_and_shown_to_the_approver(api):
    caller, executive = api(SA), api(EX)
    pk = ask(caller, "vendor.create", VENDOR)

    shown = executive.get(f"/approvals/{pk}/", expect=200).json()
    assert (shown["payload"], shown["requester_id"], shown["status"]) == (VENDOR, caller.user.pk, "pending")
    caller.patch(f"/approvals/{pk}/", {"payload": {}}, expect=405)

    shown = executive.post(f"/approvals/{pk}/approve/", {"comment": "Fine."}, expect=200).json()
    assert (shown["approver_id"], shown["comment"], shown["status"]) == (executive.user.pk, "Fine.", "approved")
    assert shown["expires_at"] > shown["decided_at"]


def test_an_approval_is_decided_only_once(api):
    caller, executive = api(SA), api(EX)
    pk = decide(executive, ask(caller, "vendor.create", VENDOR), "reject")
    for decision in ("approve", "reject"):
        executive.post(f"/approvals/{pk}/{decision}/", {}, expect=409, code="invalid_transition")


def test_decisions_leave_their_verbs_and_no_text_in_the_trail(api):
    pk = approved(api(SA), api(EX), "vendor.create", VENDOR)
    trail = AuditEntry.objects.filter(reference_type="approval", reference_id=pk).order_by("sequence")
    assert [entry.action for entry in trail] == ["create", "approve"]
    assert "judged" not in str([entry.changes for entry in trail])
    assert "nimbus" not in str([entry.changes for entry in trail])


def test_an_approval_for_a_refused_request_cannot_be_requested(api):
    bad = {**VENDOR, "vendor_type": "magician"}
    refusal = api(SA).post("/approvals/", {"operation": "vendor.create", "payload": bad}, expect=400)
    assert fields(refusal) == {"payload.vendor_type"}
    api(TS).post(
        "/approvals/", {"operation": "vendor.create", "payload": VENDOR}, expect=403, code="role_not_permitted"
    )
    administrator = api(SA)
    own = {"reference_type": "user", "reference_id": administrator.user.pk}
    administrator.post(
        "/approvals/",
        {"operation": "user.permissions", "payload": {"role": EX}, **own},
        expect=403,
        code="segregation_of_duties",
    )
    assert not Approval.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {"operation": "vendor.update", "payload": {}},
        {"operation": "no.such", "payload": {}},
        {"operation": "vendor.create", "payload": VENDOR, "reference_type": "vendor", "reference_id": 1},
        {"operation": "user.permissions", "payload": {"role": EX}},
        {"operation": "user.permissions", "payload": {"role": EX}, "reference_type": "user", "reference_id": 10**9},
        {"operation": "user.permissions", "payload": {"role": EX}, "reference_type": "vendor", "reference_id": 1},
        {"operation": "vendor.create", "payload": None},
        {"operation": "vendor.create", "payload": [1]},
    ],
)
def test_only_whole_elevated_requests_can_be_approved(api, body):
    api(SA).post("/approvals/", body, expect=400)
    assert not Approval.objects.exists()


def test_an_executive_may_ask_for_a_second_pair_of_eyes_and_not_lend_it_to_themselves(api):
    executive, other = api(EX), api(EX)
    pk = ask(executive, "vendor.create", VENDOR)

    for decision in ("approve", "reject"):
        executive.post(f"/approvals/{pk}/{decision}/", {}, expect=403, code="segregation_of_duties")

    assert other.post(f"/approvals/{pk}/approve/", {}, expect=200).json()["approver_id"] == other.user.pk


def test_an_approval_for_an_operation_that_needs_none_cannot_be_requested(api):
    request = {"operation": "user.create", "payload": {**USER, "role": TS}}
    assert codes(api(SA).post("/approvals/", request, expect=400)) == {"approval_not_needed"}


@pytest.mark.parametrize("role", [CC, VC])
def test_contacts_reach_the_same_rules(api, role, monkeypatch):
    """No current operation lets contacts request an approval; the rules do not depend on the requester."""
    wanted = registry["vendor.create"]
    opened = type(wanted)(**{name: getattr(wanted, name) for name in wanted.__slots__} | {"roles": None})
    monkeypatch.setitem(registry._operations, "vendor.create", opened)
    caller = api(role)

    caller.post("/vendors/", VENDOR, expect=403, code="approval_required")
    pk = approved(caller, api(EX), "vendor.create", VENDOR)
    caller.post("/vendors/", VENDOR, approval=pk, expect=201)


def test_requesters_read_their_own_requests_and_staff_read_all(api):
    pk = ask(api(SA), "vendor.create", VENDOR)
    api(CC).get(f"/approvals/{pk}/", expect=404)
    api(TS).get(f"/approvals/{pk}/", expect=200)


def test_expiry_is_read_off_the_clock_in_filters_too(api):
    caller, executive = api(SA), api(EX)
    live = approved(caller, executive, "vendor.create", VENDOR)
    dead = approved(caller, executive, "user.create", USER)
    pending = ask(caller, "vendor.create", VENDOR)
    approval = Approval.objects.get(pk=dead)
    approval.change(expires_at=approval.decided_at)

    def found(query):
        return {each["id"]: each["status"] for each in caller.get(f"/approvals/?{query}").json()["results"]}

    assert found("status=expired") == {dead: "expired"}
    assert found("status=approved") == {live: "approved"}
    assert found("status__in=expired,pending") == {dead: "expired", pending: "pending"}
    assert found("expired=true") == {dead: "expired"}
    assert found("expired=false") == {live: "approved", pending: "pending"}
    assert found(f"digest={approval.digest}") == {dead: "expired"}


def test_the_digest_is_the_sha256_of_canonical_json():
    text = '{"operation":"vendor.update","payload":{"a":1,"b":"\u20ac"},"reference_id":7,"reference_type":"vendor"}'
    expected = hashlib.sha256(text.encode()).hexdigest()
    assert approval_digest("vendor.update", "vendor", 7, {"b": "\u20ac", "a": 1}) == expected
    assert approval_digest("vendor.update", "vendor", 7, {"a": 1.0, "b": "\u20ac"}) == expected


def test_the_digest_distinguishes_absent_null_and_moved_values():
    digests = {
        approval_digest("x", None, None, {}),
        approval_digest("x", None, None, None),
        approval_digest("x", None, None, {"a": None}),
        approval_digest("x", None, None, {"a": ""}),
        approval_digest("x", "vendor", 1, {}),
        approval_digest("x", "vendor", 2, {}),
        approval_digest("y", None, None, {}),
    }
    assert len(digests) == 7


def test_a_body_without_canonical_form_cannot_be_approved():
    with pytest.raises(Refusal):
        approval_digest("x", None, None, {"number": 2**60})


def test_absent_and_null_are_different_bodies_at_use(api):
    caller, executive = api(SA), api(EX)
    body = {**USER, "client_id": None}
    pk = approved(caller, executive, "user.create", body)
    assert codes(caller.post("/users/", USER, approval=pk, expect=403)) == {"approval_body_mismatch"}
    caller.post("/users/", dict(reversed(body.items())), approval=pk, expect=201)


def test_rules_are_edited_only_with_an_executives_authority(api):
    rule = ApprovalRule.objects.get(operation="user.permissions")
    path = f"/approval-rules/{rule.pk}/"
    for role in (IM, TS, CC, VC):
        api(role).patch(path, {"condition": "always"}, expect=403, code="role_not_permitted")
    administrator = api(SA)
    administrator.patch(path, {"condition": "always"}, expect=403, code="approval_required")
    api(EX).patch(path, {"condition": "always", "approver_roles": [EX, EX]}, expect=200)

    entry = AuditEntry.objects.filter(reference_type="approval_rule", reference_id=rule.pk).latest("id")
    assert entry.operation == "approval_rule.update"
    assert entry.changes["condition"] == {"old": "declared", "new": "always"}


def test_a_stricter_rule_elevates_more_requests(api):
    executive, administrator, user = api(EX), api(SA), UserFactory(role=TS)
    path, change = f"/users/{user.pk}/permissions/", {"role": AM}
    rule = ApprovalRule.objects.get(operation="user.permissions")
    executive.patch(f"/approval-rules/{rule.pk}/", {"condition": "always"}, expect=200)

    administrator.patch(path, change, expect=403, code="approval_required")
    approval = approved(administrator, executive, "user.permissions", change, user)
    administrator.patch(path, change, approval=approval, expect=200)


RULES = ("approval_rule.update", "user.create", "vendor.create")
LOOSER = (
    {"condition": "never"},
    {"approver_roles": [CC]},
    {"approver_roles": [EX, SA]},
    {"approver_roles": [IM], "condition": "always"},
)


@pytest.mark.parametrize("change", LOOSER)
@pytest.mark.parametrize("operation", RULES)
def test_no_rule_is_loosened_below_the_policy(api, operation, change):
    """Neither an executive alone nor an approval can permit it, and no approval can be requested."""
    rule = ApprovalRule.objects.get(operation=operation)
    path = f"/approval-rules/{rule.pk}/"
    for role in (EX, SA):
        refused = api(role).patch(path, change, expect=400, code="validation_error")
        assert codes(refused) == {"below_floor"}
        assert fields(refused) == {"condition" if "never" in change.values() else "approver_roles"}
        wanted = {"operation": "approval_rule.update", "reference_type": "approval_rule", "reference_id": rule.pk}
        api(role).post("/approvals/", {**wanted, "payload": change}, expect=400)

    kept = ApprovalRule.objects.get(pk=rule.pk)
    assert (kept.condition, kept.approver_roles, kept.version) == ("declared", [EX], rule.version)


def test_a_lax_rule_of_before_is_read_as_the_policy(api):
    ApprovalRule.objects.get(operation="vendor.create").change(approver_roles=[CC, IM])
    executive, administrator = api(EX), api(SA)
    pk = ask(administrator, "vendor.create", VENDOR)
    for role in (CC, IM):
        assert api(role).post(f"/approvals/{pk}/approve/", {}).status_code in (403, 404)
    api(IM).post("/vendors/", VENDOR, expect=403, code="approval_required")
    decide(executive, pk)
    administrator.post("/vendors/", VENDOR, approval=pk, expect=201)


def test_the_database_knows_no_rule_that_never_applies():
    rule = ApprovalRule.objects.get(operation="vendor.create")
    with pytest.raises(IntegrityError), transaction.atomic():
        rule.change(condition="never")


@pytest.mark.parametrize(
    "change", [{"approver_roles": []}, {"approver_roles": ["king"]}, {"validity_hours": 0}, {"operation": "x"}]
)
def test_a_rule_stays_well_formed(api, change):
    rule = ApprovalRule.objects.get(operation="sla.create")
    assert fields(api(EX).patch(f"/approval-rules/{rule.pk}/", change, expect=400))


def test_a_validity_set_in_the_rule_counts_from_the_decision(api):
    executive = api(EX)
    rule = ApprovalRule.objects.get(operation="vendor.create")
    executive.patch(f"/approval-rules/{rule.pk}/", {"validity_hours": 3}, expect=200)
    approval = Approval.objects.get(pk=approved(api(SA), executive, "vendor.create", VENDOR))
    assert (approval.expires_at - approval.decided_at).total_seconds() == pytest.approx(3 * 3600, abs=5)


def test_an_imported_pending_approval_cannot_be_decided(api):
    caller, executive = api(SA), api(EX)
    pk = ask(caller, "vendor.create", VENDOR)
    Approval.objects.get(pk=pk).change(imported_row={"id": pk})
    refusal = executive.post(f"/approvals/{pk}/approve/", {}, expect=409, code="precondition_failed")
    assert codes(refusal) == {"imported_approval"}
