"""The approval gate: whether a request needs an approval, and whether the given approval authorises it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from approvals.choices import ApprovalStatus, RuleCondition
from approvals.digest import approval_digest
from approvals.models import Approval, ApprovalRule
from core.codes import Code
from core.context import current
from core.errors import Item, Refusal
from core.models import server_time
from core.operations.registry import Elevation, Operation, registry
from core.sql.locking import locking

RULE = "elevated_operation"


@dataclass(frozen=True, slots=True)
class Requirement:
    """This operation needs an approval, by someone with one of these roles."""

    operation: Operation
    approver_roles: frozenset[str]


class Gate:
    """The implementation of core's approval hook."""

    def requirement(
        self, operation: Operation, actor: Any, target: Any, data: Mapping[str, Any] | None
    ) -> Requirement | None:
        """The requirement that this request must meet before it is executed. A possible approver performs it directly,
        in person; their software agent needs an approval like everyone else.

        Without `data` (None: the body is not known yet), only requirements that apply to every body.
        """
        if operation.elevated is None:
            return None
        rule = rule_of(operation)
        roles = approvers_of(operation.elevated, rule.approver_roles if rule else ())
        performs_directly = actor.role in roles and not current().agent
        if performs_directly or not _applies(operation, rule, actor, target, data):
            return None
        return Requirement(operation, roles)

    def settle(self, requirement: Requirement, actor: Any, target: Any, payload: Any, approval_id: int | None) -> None:
        """Consume the approval. Raises Refusal: approval_required, approval_invalid (with the reasons in errors)."""
        if approval_id is None:
            raise approval_required(requirement)
        approval = locking(Approval.objects).filter(pk=approval_id).first()
        if approval is None or approval.imported_row is not None:
            raise _invalid(
                [Item("approval_not_found", f"Approval {approval_id} does not authorise this request.", "Approval-Id")]
            )
        use = ApprovalUse(requirement, approval, actor, target, payload)
        if problems := list(use.problems()):
            raise _invalid(problems)
        approval.status, approval.consumed_at = ApprovalStatus.CONSUMED, server_time(approval)
        approval.save()


@dataclass(frozen=True, slots=True)
class ApprovalUse:
    """One attempt to use an approval. Each kind of mismatch has its own code."""

    requirement: Requirement
    approval: Approval
    actor: Any
    target: Any
    payload: Any

    def problems(self) -> Iterator[Item]:
        """All mismatches of this use. For another requester's approval, only that is disclosed."""
        if self.approval.requester_id != self.actor.pk:
            yield Item("approval_requester_mismatch", "The approval was requested by someone else.", "Approval-Id")
            return
        for code, broken, detail in CHECKS:
            if broken(self):
                yield Item(code, detail, "Approval-Id")

    @property
    def target_reference(self) -> tuple[str | None, int | None]:
        return (self.target.entity_type, self.target.pk) if self.target is not None else (None, None)

    @property
    def operation_differs(self) -> bool:
        return self.approval.operation != self.requirement.operation.name

    @property
    def target_differs(self) -> bool:
        return (
            not self.operation_differs
            and (self.approval.reference_type, self.approval.reference_id) != self.target_reference
        )

    @property
    def payload_differs(self) -> bool:
        if self.operation_differs or self.target_differs:
            return False
        payload = self.payload if self.payload is not None else {}
        try:
            return self.approval.digest != approval_digest(
                self.requirement.operation.name, *self.target_reference, payload
            )
        except Refusal:  # no approval can bind a body without canonical form
            return True

    @property
    def approver_unqualified(self) -> bool:
        approver = self.approval.approver
        if approver is None or self.approval.status == ApprovalStatus.REJECTED:
            return False
        fit = approver.may_act and approver.role in self.requirement.approver_roles
        return not fit or approver.pk == self.actor.pk


WAIT_FOR_DECISION = "Wait until the approval is decided, then repeat the request."

CHECKS: tuple[tuple[str, Callable[[ApprovalUse], bool], str], ...] = (
    ("approval_operation_mismatch", lambda use: use.operation_differs, "The approval is for another operation."),
    ("approval_target_mismatch", lambda use: use.target_differs, "The approval is for another record."),
    ("approval_body_mismatch", lambda use: use.payload_differs, "The approval is for another body."),
    (
        "approval_pending",
        lambda use: use.approval.status == ApprovalStatus.PENDING,
        "The approval has not been decided yet.",
    ),
    (
        "approval_rejected",
        lambda use: use.approval.status == ApprovalStatus.REJECTED,
        "The approval was rejected.",
    ),
    (
        "approval_consumed",
        lambda use: use.approval.status == ApprovalStatus.CONSUMED,
        "The approval has already been used; each authorises one request.",
    ),
    ("approval_expired", lambda use: use.approval.expired, "The approval has expired."),
    (
        "approval_approver_unqualified",
        lambda use: use.approver_unqualified,
        "The approver's account is inactive, or no longer has a role that may approve this.",
    ),
)


def is_elevated(operation: Operation, actor: Any, target: Any, data: Mapping[str, Any] | None) -> bool:
    """Whether a request needs an approver's authority, by approval or the caller's own."""
    return operation.elevated is not None and _applies(operation, rule_of(operation), actor, target, data)


def rule_of(operation: Operation) -> ApprovalRule | None:
    rule: ApprovalRule | None = ApprovalRule.objects.filter(operation=operation.name).first()
    return rule


def approver_roles(operation: Operation) -> list[str]:
    """The roles that approve an elevated operation, by its rule; none for an operation that is never elevated."""
    if operation.elevated is None:
        return []
    rule = rule_of(operation)
    return sorted(approvers_of(operation.elevated, rule.approver_roles if rule else ()))


def approvers_of(elevated: Elevation, named: Iterable[str]) -> frozenset[str]:
    """The roles that approve: those of the rule that the policy accepts; all accepted ones if the rule names none."""
    return (elevated.approvers & frozenset(named)) or elevated.approvers


def operations_approved_by(role: str) -> list[str]:
    """The names of the operations that a role approves under the current rules, in one statement."""
    rules = dict(ApprovalRule.objects.values_list("operation", "approver_roles"))
    elevated = {each.name: each.elevated for each in registry if each.elevated is not None}
    return [name for name, each in elevated.items() if role in approvers_of(each, rules.get(name, ()))]


def _applies(
    operation: Operation, rule: ApprovalRule | None, actor: Any, target: Any, data: Mapping[str, Any] | None
) -> bool:
    condition = rule.condition if rule else RuleCondition.DECLARED
    if operation.elevated is None:
        return False
    if condition == RuleCondition.ALWAYS:
        return True
    return operation.elevated.unconditional if data is None else operation.elevated.applies(actor, target, data)


def approval_required(requirement: Requirement) -> Refusal:
    """The refusal of a request without an approval."""
    roles = sorted(requirement.approver_roles)
    detail = f"{requirement.operation.name} needs an approval by: {', '.join(roles)}."
    item = Item("approval_required", detail, "Approval-Id", {"approver_roles": roles})
    return Refusal(Code.APPROVAL_REQUIRED, detail, rule=RULE, errors=[item])


def _invalid(problems: list[Item]) -> Refusal:
    sentence = " ".join(item.detail for item in problems)
    # Mismatches for which a new approval is no remedy: this one only awaits its decision.
    advice = WAIT_FOR_DECISION if [item.code for item in problems] == ["approval_pending"] else ""
    return Refusal(Code.APPROVAL_INVALID, sentence, rule=RULE, errors=problems, next=advice)
