"""The rules of an operation as text: its description in the API documentation."""

from collections.abc import Iterable
from typing import Any

from core.codes import MEANINGS, Code
from core.operations.registry import Operation


def readable_name(word: str) -> str:
    """A name as words: `incident_manager` as "incident manager"."""
    return word.replace("_", " ").replace("-", " ")


def summary_of(purpose: str) -> str:
    """The first sentence, without its full stop."""
    sentence = purpose.partition(". ")[0]
    return sentence.partition("; ")[0].removesuffix(".")


def rule_extensions(operation: Operation) -> dict[str, Any]:
    """The rules of an operation as extensions; roles ["*"] means every active user, as in GET /policy/."""
    elevated = operation.elevated
    return {
        "x-ims-operation": operation.name,
        "x-ims-sop": list(operation.sop),
        "x-ims-roles": ["*"] if operation.roles is None else sorted(operation.roles),
        "x-ims-elevated": elevated and {"when": elevated.text, "approver_roles": sorted(elevated.approvers)},
    }


def permitted_roles(operation: Operation) -> str:
    """The permitted callers of an operation, as a phrase."""
    if operation.anonymous:
        return "anyone, without a login"
    if operation.roles is None:
        return "every active user"
    return ", ".join(_people(role) for role in sorted(operation.roles)) or "only the server's operator"


def _people(role: str) -> str:
    """The plural of a role; technical support needs none."""
    word = readable_name(role)
    return word if word.endswith("support") else f"{word}s"


def approval_of(operation: Operation) -> str:
    """When an approval is needed and from whom, as a sentence; empty for an operation that is never elevated."""
    if operation.elevated is None:
        return ""
    approvers = " or ".join(readable_name(role) for role in sorted(operation.elevated.approvers))
    elevated = operation.elevated
    condition = elevated.text if elevated.unconditional else f"if: {elevated.text}"
    direct = any(operation.permits(role) for role in operation.elevated.approvers)
    themselves = "; a person with such a role performs it directly" if direct else ""
    return f"Needs the approval of: {approvers} ({condition}){themselves}."


def description_of(operation: Operation, purpose: str, codes: Iterable[Code]) -> str:
    """All rules of an operation in Markdown."""
    parts = [purpose]
    if operation.sop:
        parts.append(f"Authorised by SOP {', '.join(str(number) for number in operation.sop)} of the policy.")
    parts.append(f"**Who may:** {permitted_roles(operation)}.")
    if operation.condition:
        parts.append(f"**Condition:** {operation.condition}.")
    if operation.elevated:
        parts.append(f"**Approval:** {approval_of(operation)}")
    if operation.duties:
        parts.append("**Duties:**\n\n" + "\n".join(f"- {duty.text} (`{duty.code}`)" for duty in operation.duties))
    if operation.in_person:
        parts.append(f"**In person:** {operation.in_person.text}.")
    if operation.lifecycle:
        parts.append(f"**Lifecycle:** {operation.lifecycle}.")
    refusals = ", ".join(f"`{code}` ({MEANINGS[code].status})" for code in codes)
    parts.append(f"**Refusals:** {refusals}.")
    return "\n\n".join(parts)
