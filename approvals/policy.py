"""The registry as data: what `GET /policy/` answers and `docs/policy.md` is made of."""

from typing import Any

from approvals.models import ApprovalRule
from core.codes import Code
from core.operations import Door, Operation, registry


def policy_of(operation: Operation, rule: ApprovalRule | None = None) -> dict[str, Any]:
    """One operation's law in plain data; its approval rule where it has one."""
    return {
        "operation": operation.name,
        "purpose": operation.purpose,
        "sop": list(operation.sop),
        "roles": sorted(operation.roles) if operation.roles is not None else ["*"],
        "endpoints": list(operation.endpoints),
        "target": operation.target,
        "audit_action": str(operation.verb),
        "elevated": _elevation(operation, rule),
        "duties": [{"rule": each.name, "text": each.text, "code": str(each.code)} for each in operation.duties],
        "condition": operation.condition,
        "lifecycle": operation.lifecycle,
    }


def whole_policy() -> list[dict[str, Any]]:
    """Every operation that a client can reach."""
    rules = {rule.operation: rule for rule in ApprovalRule.objects.all()}
    return [policy_of(each, rules.get(each.name)) for each in registry if each.door is Door.REST]


def segregation_rules() -> list[dict[str, Any]]:
    """Every rule of segregation of duties, with the operations it guards: one table for the docs, from the registry."""
    guarded: dict[str, dict[str, Any]] = {}
    for each in registry:
        for duty in each.duties:
            if duty.code is Code.SEGREGATION_OF_DUTIES:
                rule = guarded.setdefault(duty.name, {"rule": duty.name, "text": duty.text, "operations": []})
                rule["operations"].append(
                    {"operation": each.name, "sop": list(each.sop), "endpoints": list(each.endpoints)}
                )
    return [guarded[name] for name in sorted(guarded)]


def segregation_table() -> str:
    """The same rules as a Markdown table, one line for each rule and operation."""
    lines = ["| rule | operation | SOP | where |", "|---|---|---|---|"]
    for rule in segregation_rules():
        for each in rule["operations"]:
            sops = ", ".join(str(sop) for sop in each["sop"]) or "–"
            where = ", ".join(f"`{endpoint}`" for endpoint in each["endpoints"]) or "command"
            lines.append(f"| {rule['text']} (`{rule['rule']}`) | `{each['operation']}` | {sops} | {where} |")
    return "\n".join(lines) + "\n"


def _elevation(operation: Operation, rule: ApprovalRule | None) -> dict[str, Any] | None:
    if operation.elevated is None:
        return None
    return {
        "when": operation.elevated.text,
        "condition": rule.condition if rule else "declared",
        "approver_roles": sorted(rule.approver_roles if rule else operation.elevated.approvers),
    }
