"""Explanations: the decision on a request, the rule that decided it, and what would unblock it."""

from typing import Any

from django.db import transaction

from approvals.models import ApprovalRule
from core.codes import Code
from core.dispatch import admit, authorize, find_target, submit
from core.errors import Refusal
from core.operations import Operation, registry
from core.sockets import sockets

APPROVAL_CODES = (Code.APPROVAL_REQUIRED, Code.APPROVAL_INVALID)


def approver_roles(operation: Operation) -> list[str]:
    """The roles that approve an elevated operation, by its rule; none for what is never elevated."""
    if operation.elevated is None:
        return []
    rule = ApprovalRule.objects.filter(operation=operation.name).first()
    return sorted(rule.approver_roles if rule else operation.elevated.approvers)


def explain(
    operation: Operation, actor: Any, payload: Any, reference_type: str | None, reference_id: int | None
) -> dict[str, Any]:
    """Rehearse a request and explain the outcome. With a payload the whole request is tried and undone."""
    refusal = None
    try:
        _rehearse(operation, actor, payload, reference_type, reference_id)
    except Refusal as caught:
        refusal = caught
    return {
        "decision": _decision(refusal),
        "code": str(refusal.code) if refusal else None,
        "operation": operation.name,
        "sop": list(operation.sop),
        "rule": refusal.rule if refusal else "who_can_perform",
        "roles": sorted(operation.roles) if operation.roles is not None else ["*"],
        "approver_roles": approver_roles(operation),
        "reasons": [item.as_dict() for item in refusal.errors] if refusal else [],
        "next": refusal.next if refusal else f"Carry it out: {', '.join(operation.endpoints)}.",
        "transfer_to_human": refusal.meaning.human if refusal else False,
    }


def _rehearse(
    operation: Operation, actor: Any, payload: Any, reference_type: str | None, reference_id: int | None
) -> None:
    binding = registry.bindings.get(operation.name)
    needs_body = binding is not None and binding.body is not None
    if reference_type is not None and reference_type != operation.target:
        raise Refusal(Code.INVALID_REFERENCE, f"{operation.name} acts on {operation.target or 'no record'}.")
    needs_target = operation.target is not None
    if (
        operation.anonymous
        or (needs_target and reference_id is None)
        or (needs_body and payload is None)
        or not binding
    ):
        _judge_without_body(operation, actor, reference_id)
        return
    submit(operation.name, actor=actor, target_id=reference_id, body=payload, rehearse=True)


def _judge_without_body(operation: Operation, actor: Any, reference_id: int | None) -> None:
    """Role, scope and the duties that need no body: all that can be said of a request not yet written."""
    admit(operation, actor)
    if operation.target is None:
        authorize(operation, actor)
    elif reference_id is not None:
        with transaction.atomic():
            authorize(operation, actor, find_target(operation, actor, reference_id))
    if sockets.approvals is not None and operation.elevated is not None and operation.elevated.name == "always":
        requirement = sockets.approvals.requirement(operation, actor, None, {})
        if requirement is not None:
            sockets.approvals.settle(requirement, actor, None, None, None)


def _decision(refusal: Refusal | None) -> str:
    if refusal is None:
        return "allowed"
    return "approval_required" if refusal.code in APPROVAL_CODES else "denied"
