"""Using approvals, for every elevated operation: each kind of mismatch has its own code."""

import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from approvals.models import Approval, ApprovalRule
from audit.models import AuditEntry
from core.operations.registry import EntryPoint, registry
from tests.api import Api, codes
from tests.approvals.elevated import CASES, VENDOR, Case, Request
from tests.approvals.factories import approved, ask, decide
from tests.users.factories import UserFactory
from users.choices import EX, IM, SA, TS
from users.models import ActivationToken

pytestmark = pytest.mark.django_db


@dataclass
class Attempt:
    """One elevated operation: its request, a caller who needs an approval, and an executive."""

    case: Case
    request: Request
    caller: Api
    executive: Api

    def ask(self) -> int:
        return ask(self.caller, self.case.operation, self.request.body, self.request.target)

    def approved(self) -> int:
        return decide(self.executive, self.ask())

    def refused(self, approval: int, reason: str, **options: Any) -> None:
        """The request is refused for exactly this reason; nothing is written and nothing is consumed."""
        rows, entries = self.case.written(), AuditEntry.objects.count()
        status = Approval.objects.get(pk=approval).status
        refusal = self.case.send(
            options.pop("by", self.caller),
            self.request,
            approval=approval,
            expect=403,
            code="approval_invalid",
            **options,
        )
        assert codes(refusal) == {reason}
        assert refusal.json()["error_class"] == "approval"
        assert self.case.written() == rows
        assert AuditEntry.objects.count() == entries
        assert Approval.objects.get(pk=approval).status == status


@pytest.fixture(params=sorted(CASES))
def attempt(request, api):
    case = CASES[request.param]
    return Attempt(case, case.prepare(), api(case.role), api(EX))


def test_the_table_has_every_elevated_operation():
    routed = {each.name for each in registry if each.elevated and each.entry_point is EntryPoint.REST}
    assert routed == set(CASES)


def test_with_its_approval_the_request_is_carried_out_once(attempt):
    approval = attempt.approved()
    before = attempt.case.written()

    answer = attempt.case.send(attempt.caller, attempt.request, approval=approval)

    assert answer.status_code in (200, 201), answer.content
    assert attempt.case.written() != before
    used = Approval.objects.get(pk=approval)
    assert (used.status, used.consumed_at is not None) == ("consumed", True)
    entry = AuditEntry.objects.filter(reference_type="approval", reference_id=approval).latest("id")
    assert entry.operation == attempt.case.operation


def test_without_an_approval_it_is_refused_and_the_approvers_are_named(attempt):
    rows, entries = attempt.case.written(), AuditEntry.objects.count()
    refusal = attempt.case.send(attempt.caller, attempt.request, expect=403, code="approval_required").json()
    assert refusal["errors"][0]["approver_roles"] == ["executive"]
    assert not refusal["transfer_to_human"]
    assert attempt.case.written() == rows
    assert AuditEntry.objects.count() == entries


def test_a_pending_one(attempt):
    attempt.refused(attempt.ask(), "approval_pending")


def test_a_rejected_one(attempt):
    attempt.refused(decide(attempt.executive, attempt.ask(), "reject"), "approval_rejected")


def test_an_expired_one(attempt):
    approval = attempt.approved()
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1), tick=False):
        attempt.refused(approval, "approval_expired")
        assert attempt.caller.get(f"/approvals/{approval}/").json()["status"] == "expired"


def test_one_that_has_an_hour_left_still_serves(attempt):
    approval = attempt.approved()
    with time_machine.travel(timezone.now() + timedelta(hours=23), tick=False):
        assert attempt.case.send(attempt.caller, attempt.request, approval=approval).status_code < 300


def test_anothers(attempt, api):
    attempt.refused(attempt.approved(), "approval_requester_mismatch", by=api(attempt.case.role))


def test_one_for_another_body(attempt):
    if attempt.request.other_body is None:
        pytest.skip("this operation takes no body")
    attempt.refused(attempt.approved(), "approval_body_mismatch", other=True)


def test_one_for_another_target(attempt):
    if attempt.request.target is None:
        pytest.skip("this operation acts on no existing record")
    other = attempt.case.prepare().target
    if other == attempt.request.target:
        other = ApprovalRule.objects.get(operation="user.create")
    attempt.refused(attempt.approved(), "approval_target_mismatch", target=other)


def test_one_for_another_operation(attempt, api):
    other = CASES["vendor.create" if attempt.case.operation != "vendor.create" else "user.create"]
    person = UserFactory(role=IM if attempt.case.role == IM else SA)
    attempt.caller = api(person)
    request = other.prepare()
    approval = approved(attempt.caller, attempt.executive, other.operation, request.body, request.target)
    attempt.refused(approval, "approval_operation_mismatch")


def test_one_that_was_used(attempt):
    approval = attempt.approved()
    Approval.objects.get(pk=approval).change(status="consumed", consumed_at=timezone.now())
    attempt.refused(approval, "approval_consumed")


@pytest.mark.parametrize("change", [{"role": TS}, {"status": "suspended"}, {"status": "on_leave"}])
def test_one_whose_approver_is_no_longer_fit(attempt, change):
    approval = attempt.approved()
    attempt.executive.user.change(**change)
    attempt.refused(approval, "approval_approver_unqualified")


def test_requesters_cannot_approve_their_own_requests(attempt):
    approval = attempt.ask()
    attempt.caller.user.change(role=EX)
    entries = AuditEntry.objects.count()

    for decision in ("approve", "reject"):
        refusal = attempt.caller.post(
            f"/approvals/{approval}/{decision}/", {}, expect=403, code="segregation_of_duties"
        )
        assert refusal.json()["rule"] == "not_the_requester"

    assert Approval.objects.get(pk=approval).status == "pending"
    assert AuditEntry.objects.count() == entries


def test_only_the_approver_roles_decide(attempt, api):
    approval = attempt.ask()
    for role in (IM, SA, TS):
        api(role).post(f"/approvals/{approval}/approve/", {}, expect=403, code="role_not_permitted")
    assert Approval.objects.get(pk=approval).status == "pending"


def test_an_executive_needs_none(attempt):
    operation = registry[attempt.case.operation]
    if not operation.permits(EX):
        attempt.case.send(attempt.executive, attempt.request, expect=403, code="role_not_permitted")
        return
    assert attempt.case.send(attempt.executive, attempt.request).status_code < 300


def test_one_that_does_not_exist(attempt):
    refusal = attempt.case.send(attempt.caller, attempt.request, approval=10**9, expect=403, code="approval_invalid")
    assert codes(refusal) == {"approval_not_found"}


def test_an_imported_one_authorises_nothing(attempt):
    approval = Approval.objects.get(pk=attempt.approved())
    Approval.objects.get(pk=approval.pk).change(imported_row={"id": approval.pk})
    attempt.refused(approval.pk, "approval_not_found")


@pytest.mark.parametrize("header", ["x", "-1", "1.5", "²", " "])
def test_an_unreadable_approval_id_is_invalid_input(api, header):
    api(SA).post("/vendors/", VENDOR, expect=400, **{"Approval-Id": header})


def test_a_request_that_fails_for_another_reason_consumes_nothing(api):
    administrator, executive = api(SA), api(EX)
    approval = approved(administrator, executive, "vendor.create", VENDOR)
    blocking = executive.post("/vendors/", VENDOR, expect=201).json()["id"]

    administrator.post("/vendors/", VENDOR, approval=approval, expect=409, code="duplicate")
    assert Approval.objects.get(pk=approval).status == "approved"

    executive.patch(f"/vendors/{blocking}/", {"vendor_name": "A", "contact_email": "a@example.com"}, expect=200)
    executive.patch(f"/vendors/{blocking}/", {"contact_phone": "+49309999999"}, expect=200)
    administrator.post("/vendors/", VENDOR, approval=approval, expect=201)


def test_a_demoted_requester_is_refused_by_role_first(api):
    administrator, executive = api(SA), api(EX)
    approval = approved(administrator, executive, "vendor.create", VENDOR)
    administrator.user.change(role=TS)
    administrator.post("/vendors/", VENDOR, approval=approval, expect=403, code="role_not_permitted")
    assert Approval.objects.get(pk=approval).status == "approved"


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite admits one writer at a time")
@pytest.mark.usefixtures("committed")
def test_of_two_simultaneous_uses_one_wins():
    target = UserFactory(role=EX)
    caller, executive = Api(UserFactory(role=SA)), Api(UserFactory(role=EX))
    answers, start = [], threading.Barrier(4)
    approval = approved(caller, executive, "user.issue_activation", None, target)
    clients = [Api(caller.user) for _ in range(4)]

    def use(client):
        try:
            start.wait()
            answers.append(client.post(f"/users/{target.pk}/activation-token/", approval=approval))
        finally:
            connection.close()

    threads = [threading.Thread(target=use, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.status_code for answer in answers) == [200, 403, 403, 403]
    assert {code for answer in answers if answer.status_code == 403 for code in codes(answer)} == {"approval_consumed"}
    assert ActivationToken.objects.filter(user=target).count() == 1
    assert AuditEntry.objects.filter(operation="user.issue_activation", reference_type="approval").count() == 1
