"""Explanations: the decision on a request, the rule behind it, and the next step."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from approvals.gate import Gate, approval_required, approver_roles
from core.codes import Code
from core.errors import Refusal, invalid
from core.http.handoffs import handoff_body
from core.operations.authorization import Authorization
from core.operations.dispatch import find_target, submit
from core.operations.registry import EntryPoint, Operation, registry

APPROVAL_CODES = (Code.APPROVAL_REQUIRED, Code.APPROVAL_INVALID)


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """A question: may this person perform this operation, on this record, with this body?"""

    actor: Any
    operation: str
    reference_type: str | None
    reference_id: int | None
    payload: Any

    def refusal(self) -> Refusal | None:
        """The refusal of the request, or None. A complete request is executed and rolled back."""
        try:
            wanted = self._wanted()
            if self._is_whole(wanted):
                submit(
                    wanted.name, actor=self.actor, target_id=self.reference_id, body=self.payload or {}, rehearse=True
                )
            else:
                with transaction.atomic():  # the record is locked during the check
                    self._judge_in_part(wanted)
        except Refusal as refusal:
            return refusal
        return None

    def _wanted(self) -> Operation:
        wanted = registry.find(self.operation)
        if wanted is None or wanted.entry_point is not EntryPoint.REST:
            detail = "There is no such operation; GET /api/v1/policy/ lists all operations."
            advice = "Repeat the check with the name of an operation."
            raise invalid("operation", detail, "unknown_operation", rule="known_operation", next=advice)
        if self.reference_type is not None and self.reference_type != wanted.target:
            detail = f"The target of {wanted.name} is {wanted.target or 'no record'}."
            raise invalid("reference_type", detail, "target_mismatch", rule="validation_first")
        return wanted

    def _is_whole(self, wanted: Operation) -> bool:
        """Whether the request can be executed: a write with its target and body. Reads and logins are never executed
        here.
        """
        if wanted.reads or wanted.anonymous:
            return False
        has_target = wanted.target is None or self.reference_id is not None
        return has_target and (wanted.body is None or self.payload is not None)

    def _judge_in_part(self, wanted: Operation) -> None:
        """Check role, in person, scope, the duties that need no body, and an elevation that applies to every body."""
        law, target = Authorization(wanted, self.actor), None
        law.before_target()
        if self.reference_id is not None or wanted.target is None:
            target = find_target(wanted, self.actor, self.reference_id)
            law.of_target(target)
        if requirement := Gate().requirement(wanted, self.actor, target, None):
            raise approval_required(requirement)


def check_request(question: CheckRequest) -> dict[str, Any]:
    """The response to a question: the decision, its rule, the permitted roles, and the next step."""
    refusal = question.refusal()
    wanted = registry.find(question.operation)
    wanted = wanted if wanted is not None and wanted.entry_point is EntryPoint.REST else None
    answer = {
        "decision": _decision(refusal),
        "code": str(refusal.code) if refusal else None,
        "operation": question.operation,
        "sop": list(wanted.sop) if wanted else [],
        "rule": refusal.rule if refusal else "who_can_perform",
        "roles": wanted.who_may if wanted else [],
        "approver_roles": approver_roles(wanted) if wanted else [],
        "reasons": [item.as_dict() for item in refusal.errors] if refusal else [],
        "next": refusal.next if refusal else f"Send the request: {', '.join(wanted.endpoints if wanted else ())}.",
        "transfer_to_human": refusal.meaning.human if refusal else False,
    }
    handoff = handoff_body(refusal, wanted, question.actor, question.reference_id) if refusal else None
    return {**answer, **({"handoff": handoff} if handoff else {})}


def _decision(refusal: Refusal | None) -> str:
    if refusal is None:
        return "allowed"
    return "approval_required" if refusal.code in APPROVAL_CODES else "denied"
