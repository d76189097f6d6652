"""What the approval gate tells the caller whom it refuses, and what no approval can bind."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from approvals.gate import ApprovalUse, Requirement
from approvals.models import Approval
from core.codes import MEANINGS, Code
from core.operations.registry import registry
from tests.api import codes, fields
from tests.approvals.elevated import VENDOR
from tests.approvals.factories import approved, ask, decide
from tests.users.factories import UserFactory
from users.choices import EX, SA

pytestmark = pytest.mark.django_db


def test_the_refusal_names_the_header_the_operation_and_the_approvers(api):
    refused = api(SA).post("/vendors/", VENDOR, expect=403, code="approval_required")
    assert (fields(refused), refused.json()["rule"]) == ({"Approval-Id"}, "elevated_operation")
    assert refused.json()["detail"] == "vendor.create needs an approval by: executive."


def test_every_mismatch_is_named_with_the_header(api):
    """An approval that has expired, by someone who is no executive any more."""
    caller, executive = api(SA), UserFactory(role=EX)
    approval = approved(caller, api(executive), "vendor.create", VENDOR)
    executive.change(role=SA)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        late = api(caller.user)
        refused = late.post("/vendors/", VENDOR, approval=approval, expect=403, code="approval_invalid")
    assert codes(refused) == {"approval_expired", "approval_approver_unqualified"}
    assert fields(refused) == {"Approval-Id"}
    assert refused.json()["detail"] == " ".join(each["detail"] for each in refused.json()["errors"])
    assert refused.json()["rule"] == "elevated_operation"


def test_only_who_needs_nothing_but_the_decision_is_told_to_wait(api):
    caller, usual = api(SA), MEANINGS[Code.APPROVAL_INVALID].next
    pending = ask(caller, "vendor.create", VENDOR)
    refused = caller.post("/vendors/", VENDOR, approval=pending, expect=403, code="approval_invalid")
    assert refused.json()["next"].startswith("Wait until")

    other = {**VENDOR, "vendor_name": "Another"}
    refused = caller.post("/vendors/", other, approval=pending, expect=403, code="approval_invalid")
    assert codes(refused) == {"approval_body_mismatch", "approval_pending"}
    assert refused.json()["next"] == usual

    rejected = decide(api(EX), pending, "reject")
    refused = caller.post("/vendors/", VENDOR, approval=rejected, expect=403, code="approval_invalid")
    assert refused.json()["next"] == usual


def test_an_unknown_approval_is_named_with_the_header(api):
    refused = api(SA).post("/vendors/", VENDOR, approval=10**9, expect=403, code="approval_invalid")
    assert (fields(refused), codes(refused)) == ({"Approval-Id"}, {"approval_not_found"})
    assert str(10**9) in refused.json()["detail"]


def test_anothers_approval_discloses_nothing_else(api):
    approval = approved(api(SA), api(EX), "vendor.create", {**VENDOR, "vendor_name": "Another"})
    refused = api(SA).post("/vendors/", VENDOR, approval=approval, expect=403, code="approval_invalid")
    assert (fields(refused), codes(refused)) == ({"Approval-Id"}, {"approval_requester_mismatch"})


def test_a_body_without_canonical_form_is_another_body_than_any_approved_one(api):
    """No request of today has such a body; the gate refuses it in case one of tomorrow has."""
    caller = api(SA)
    approval = Approval.objects.get(pk=approved(caller, api(EX), "vendor.create", VENDOR))
    requirement = Requirement(registry["vendor.create"], frozenset({EX}))

    def problems(payload):
        return [each.code for each in ApprovalUse(requirement, approval, caller.user, None, payload).problems()]

    assert problems(VENDOR) == []
    assert problems({**VENDOR, "number": 2**60}) == ["approval_body_mismatch"]
