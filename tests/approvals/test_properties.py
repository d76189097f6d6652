"""Random sequences of acts by random people: authority is never minted, and every accepted write has its entries."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approvals.models import Approval, ApprovalRule
from audit.models import AuditEntry
from audit.verify import verify
from core.models import Record
from core.operations.entities import models_by_type
from tests.api import Api
from tests.approvals.elevated import VENDOR
from tests.users.factories import UserFactory
from users.choices import CC, EX, IM, PRIVILEGED, SA, TS
from users.models import User

CREW = (SA, SA, IM, EX, EX, TS, CC)
people = st.integers(0, len(CREW) - 1)
numbers = st.integers(0, 5)
CHANGES = ({"role": EX}, {"role": SA}, {"role": TS}, {"status": "suspended"}, {"status": "active"})
changes = st.sampled_from(CHANGES)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), people, people, changes),
        st.tuples(st.just("decide"), people, numbers, st.sampled_from(["approve", "approve", "reject"])),
        st.tuples(st.just("use"), people, numbers, st.booleans()),
        st.tuples(st.just("direct"), people, people, changes),
        st.tuples(st.just("rule"), people, st.none(), st.sampled_from([{"validity_hours": 5}, {"condition": "never"}])),
        st.tuples(st.just("vendor"), people, numbers, st.none()),
    ),
    min_size=3,
    max_size=14,
)


@dataclass
class Play:
    """One sequence: its users, the requested approvals, and the number of requests."""

    crew: list[Api]
    asked: list[tuple[int, User, dict[str, Any]]] = field(default_factory=list)
    sent: int = 0

    def send(self, who: int, method: str, path: str, body: Any, **options: Any) -> Any:
        """Send a request: refused it leaves no entry; accepted, every entry names its person and its operation."""
        self.sent += 1
        request_id = f"play-{self.sent}"
        answer = getattr(self.crew[who], method)(path, body, **options, **{"X-Request-ID": request_id})
        left = list(AuditEntry.objects.filter(request_id=request_id))
        assert answer.status_code < 300 or not left, answer.content
        assert {entry.user_id for entry in left} <= {self.crew[who].user.pk}
        assert len({entry.operation for entry in left}) <= 1
        return answer

    def ask(self, who: int, whom: int, change: dict[str, Any]) -> None:
        target = self.crew[whom].user
        body = {
            "operation": "user.permissions",
            "reference_type": "user",
            "reference_id": target.pk,
            "payload": change,
        }
        answer = self.send(who, "post", "/approvals/", body)
        if answer.status_code == 201:
            self.asked.append((answer.json()["id"], target, change))

    def decide(self, who: int, which: int, decision: str) -> None:
        if self.asked:
            self.send(who, "post", f"/approvals/{self._nth(which)[0]}/{decision}/", {})

    def use(self, who: int, which: int, honest: bool) -> None:
        if self.asked:
            approval, target, change = self._nth(which)
            body = change if honest else {"role": EX, "status": "active"}
            self.send(who, "patch", f"/users/{target.pk}/permissions/", body, approval=approval)

    def direct(self, who: int, whom: int, change: dict[str, Any]) -> None:
        self.send(who, "patch", f"/users/{self.crew[whom].user.pk}/permissions/", change)

    def rule(self, who: int, _: None, change: dict[str, Any]) -> None:
        rule = ApprovalRule.objects.get(operation="vendor.create")
        self.send(who, "patch", f"/approval-rules/{rule.pk}/", {**change, "validity_hours": 5 + self.sent})

    def vendor(self, who: int, number: int, _: None) -> None:
        names = {"vendor_name": f"V{number}", "contact_email": f"v{number}@example.com"}
        self.send(who, "post", "/vendors/", {**VENDOR, **names, "contact_phone": f"+4930123456{number}"})

    def _nth(self, which: int) -> tuple[int, User, dict[str, Any]]:
        return self.asked[which % len(self.asked)]


def privileged_acts_were_authorised():
    """Every entry that changed a privileged role has a consumed approval."""
    for entry in AuditEntry.objects.filter(operation="user.permissions", reference_type="user"):
        assert entry.user_id != entry.reference_id, "somebody changed their own account"
        role = entry.changes.get("role", {})
        if PRIVILEGED & {role.get("old"), role.get("new")}:
            assert AuditEntry.objects.filter(
                request_id=entry.request_id, reference_type="approval", operation="user.permissions"
            ).exists(), "privilege without an approval"


def approvals_are_sound():
    for approval in Approval.objects.exclude(status="pending"):
        assert approval.approver_id != approval.requester_id
        decisions = AuditEntry.objects.filter(
            reference_type="approval", reference_id=approval.pk, action__in=["approve", "reject"]
        )
        assert decisions.count() == 1
        uses = AuditEntry.objects.filter(
            reference_type="approval", reference_id=approval.pk, operation="user.permissions"
        )
        assert uses.count() == (1 if approval.status == "consumed" else 0)


def every_version_has_its_entry():
    for name, model in models_by_type().items():
        if not issubclass(model, Record):
            continue
        for pk, version in model.objects.values_list("pk", "version"):
            chain = AuditEntry.objects.filter(reference_type=name, reference_id=pk, sequence__isnull=False)
            assert chain.count() == version, (name, pk)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_no_sequence_of_acts_mints_authority_or_loses_an_entry(steps):
    with transaction.atomic():
        play = Play([Api(UserFactory(role=role)) for role in CREW])
        for verb, *arguments in steps:
            getattr(play, verb)(*arguments)
        approvals_are_sound()
        privileged_acts_were_authorised()
        every_version_has_its_entry()
        assert verify().verified
        transaction.set_rollback(True)
