"""The registry as data: the source of `GET /policy/` and of `docs/policy.md`."""

from typing import Any

from approvals.gate import approvers_of
from approvals.models import ApprovalRule
from core.operations.refusals import codes_of
from core.operations.registry import EntryPoint, Operation, registry


def policy_of(operation: Operation, rule: ApprovalRule | None = None) -> dict[str, Any]:
    """The rules of one operation as plain data, with its approval rule if it has one."""
    return {
        "operation": operation.name,
        "purpose": operation.purpose,
        "sop": list(operation.sop),
        "roles": operation.permitted_roles,
        "endpoints": list(operation.endpoints),
        "target": operation.target,
        "audit_action": str(operation.verb),
        "elevated": _elevation(operation, rule),
        "duties": [{"rule": each.name, "text": each.text, "code": str(each.code)} for each in operation.duties],
        "condition": operation.condition,
        "lifecycle": operation.lifecycle,
        "in_person": operation.in_person and operation.in_person.text,
        "codes": [str(code) for code in codes_of(operation)],
    }


def full_policy() -> list[dict[str, Any]]:
    """Every operation available to clients."""
    rules = {rule.operation: rule for rule in ApprovalRule.objects.all()}
    return [policy_of(each, rules.get(each.name)) for each in registry if each.entry_point is EntryPoint.REST]


def _elevation(operation: Operation, rule: ApprovalRule | None) -> dict[str, Any] | None:
    if operation.elevated is None:
        return None
    return {
        "when": operation.elevated.text,
        "condition": rule.condition if rule else "declared",
        "approver_roles": sorted(approvers_of(operation.elevated, rule.approver_roles if rule else ())),
    }
