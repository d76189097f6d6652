"""Requesting, deciding and checking approvals; editing approval rules."""

from datetime import timedelta
from typing import Any

from django.conf import settings

from approvals.choices import DECISIONS, ApprovalStatus
from approvals.digest import approval_digest
from approvals.duties import holds_approver_role, not_the_requester
from approvals.explain import CheckRequest, check_request
from approvals.gate import is_elevated
from approvals.models import Approval, ApprovalRule
from approvals.serializers import (
    ApprovalBody,
    ApprovalOutput,
    CheckAnswer,
    CheckBody,
    DecisionBody,
    RuleBody,
    RuleOutput,
)
from core.codes import Code
from core.errors import Item, Refusal, invalid
from core.models import server_time
from core.operations.authorization import Authorization
from core.operations.bodies import read_body
from core.operations.entities import model_of
from core.operations.lifecycle import require_transition
from core.operations.registry import InPerson, Operation, operation, registry
from core.verbs import Verb
from users.choices import EX, SA
from users.duties import always
from users.models import User


@operation(
    "approval.request",
    roles=None,
    verb=Verb.CREATE,
    subject="approval",
    body=ApprovalBody,
    answers=ApprovalOutput,
    moves=DECISIONS.new(),
    raises=[Code.ROLE_NOT_PERMITTED, Code.SEGREGATION_OF_DUTIES, Code.ACTOR_MISMATCH, Code.INVALID_REFERENCE],
    condition="for an elevated operation",
    granted=True,
)
def request_approval(
    *,
    actor: User,
    operation: str,
    payload: Any = None,
    reference_type: str | None = None,
    reference_id: int | None = None,
    reason: str = "",
) -> Approval:
    """Request an approval for one elevated request, exactly as stated in the body.

    The request is checked as if it were sent: violations of role, scope, shape, references and duties are refused now,
    not after the approval. An executive may also request one; requesters cannot decide their own approvals. Raises
    Refusal: validation_error, role_not_permitted and the operation's own refusals.
    """
    requested = _elevated(operation)
    checks = Authorization(requested, actor)
    checks.before_target()
    target = _target(requested, actor, reference_type, reference_id)
    checks.of_target(target)
    data = _read_payload(requested, actor, target, payload)
    checks.of_body(target, data)
    if not is_elevated(requested, actor, target, data):
        raise invalid("operation", "This request needs no approval; send it directly.", "approval_not_needed")
    payload = payload if payload is not None else {}
    approval = Approval(
        operation=operation,
        reference_type=reference_type,
        reference_id=reference_id,
        payload=payload,
        digest=approval_digest(operation, reference_type, reference_id, payload),
        requester=actor,
        reason=reason,
    )
    approval.save()
    return approval


@operation(
    "approval.approve",
    roles=None,
    verb=Verb.APPROVE,
    target="approval",
    body=DecisionBody,
    answers=ApprovalOutput,
    moves=DECISIONS.to(ApprovalStatus.APPROVED),
    duties=[holds_approver_role, not_the_requester],
    in_person=InPerson.ALWAYS,
    raises=[Code.PRECONDITION_FAILED],
    condition="a role that the rule names; never the requester",
)
def approve(*, actor: User, approval: Approval, comment: str = "") -> Approval:
    """Approve the request. Raises Refusal: invalid_transition."""
    rule = ApprovalRule.objects.filter(operation=approval.operation).first()
    hours = rule.validity_hours if rule else settings.IMS_APPROVAL_HOURS
    approval.expires_at = server_time(approval) + timedelta(hours=hours)
    return _decide(approval, actor, ApprovalStatus.APPROVED, comment)


@operation(
    "approval.reject",
    roles=None,
    verb=Verb.REJECT,
    target="approval",
    body=DecisionBody,
    answers=ApprovalOutput,
    moves=DECISIONS.to(ApprovalStatus.REJECTED),
    duties=[holds_approver_role, not_the_requester],
    in_person=InPerson.ALWAYS,
    raises=[Code.PRECONDITION_FAILED],
    condition="a role that the rule names; never the requester",
)
def reject(*, actor: User, approval: Approval, comment: str = "") -> Approval:
    """Reject the request. Raises Refusal: invalid_transition."""
    return _decide(approval, actor, ApprovalStatus.REJECTED, comment)


@operation(
    "approval.check",
    roles=None,
    verb=Verb.ENTITY_DISCOVERY,
    body=CheckBody,
    answers=CheckAnswer,
)
def check(
    *,
    actor: User,
    operation: str,
    payload: Any = None,
    reference_type: str | None = None,
    reference_id: int | None = None,
) -> dict[str, Any]:
    """Check whether a request would be executed and, if not, how to proceed. Changes nothing.

    Returns {decision: allowed | approval_required | denied, code, sop, rule, roles, approver_roles, reasons, next}.
    Without a payload or a target, it checks only the conditions that do not depend on them.
    """
    return check_request(CheckRequest(actor, operation, reference_type, reference_id, payload))


@operation(
    "approval_rule.update",
    roles={SA, EX},
    verb=Verb.UPDATE,
    target="approval_rule",
    body=RuleBody,
    answers=RuleOutput,
    elevated=always,
    in_person=InPerson.ALWAYS,
    condition="the policy's own elevations can be tightened, never loosened",
)
def update_rule(*, actor: User, approval_rule: ApprovalRule, **changes: Any) -> ApprovalRule:
    """Change when an operation needs an approval, who grants it and how long it lasts.

    The policy's declaration is the minimum: a rule may demand more approvals, never fewer, and never lower roles.
    Raises Refusal: validation_error (below_floor).
    """
    return approval_rule.change(**changes)


def _decide(approval: Approval, actor: User, status: ApprovalStatus, comment: str) -> Approval:
    if approval.imported_row is not None:
        detail = "Imported approvals are historical; they authorise nothing."
        raise Refusal(
            Code.PRECONDITION_FAILED, detail, rule="imported_history", errors=[Item("imported_approval", detail)]
        )
    require_transition(DECISIONS, approval, status)
    return approval.change(status=status, approver=actor, comment=comment, decided_at=server_time(approval))


def _elevated(name: str) -> Operation:
    requested = registry.find(name)
    if requested is None:
        raise invalid("operation", f"There is no such operation. {_all_elevated()}", "unknown_operation")
    if requested.elevated is None:
        detail = f"This operation is never elevated; it needs no approval. {_all_elevated()}"
        raise invalid("operation", detail, "approval_not_needed")
    return requested


def _all_elevated() -> str:
    return f"Approvals are available for: {', '.join(each.name for each in registry if each.elevated is not None)}."


def _target(requested: Operation, actor: User, reference_type: str | None, reference_id: int | None) -> Any:
    """The target of the requested operation. Raises Refusal (400)."""
    if requested.target is None:
        if reference_type is not None or reference_id is not None:
            raise invalid("reference_type", f"{requested.name} has no target; remove the reference.", "not_applicable")
        return None
    if reference_type != requested.target:
        raise invalid(
            "reference_type", f"The target of {requested.name} must be of type {requested.target}.", "target_mismatch"
        )
    found = model_of(requested.target).objects.visible_to(actor).filter(pk=reference_id).first()
    if found is None:
        detail = "No such record exists in your scope."
        item = Item("invalid_reference", detail, "reference_id")
        raise Refusal(Code.INVALID_REFERENCE, detail, rule="validation_first", errors=[item])
    return found


def _read_payload(requested: Operation, actor: User, target: Any, payload: Any) -> dict[str, Any]:
    try:
        return read_body(requested, actor, target, payload if payload is not None else {})
    except Refusal as refusal:
        nested = [
            Item(i.code, i.detail, f"payload.{i.field}" if i.field else "payload", i.facts) for i in refusal.errors
        ]
        raise Refusal(refusal.code, refusal.detail, rule=refusal.rule, errors=nested) from refusal
