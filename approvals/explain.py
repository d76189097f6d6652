"""Explanations: the decision on a request, the rule behind it, and the next step."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from approvals.gate import Gate, approval_required, approver_roles
from core.codes import Code
from core.context import context
from core.errors import Refusal, invalid
from core.http.handoffs import handoff_body
from core.operations.authorization import Authorization
from core.operations.dispatch import count_write, find_target, submit
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
            requested = self._requested_operation()
            with context(saved=None):  # checked like a separate request, not as a part of the check
                self._check(requested)
        except Refusal as refusal:
            return refusal
        return None

    def _check(self, requested: Operation) -> None:
        if self._is_executable(requested):
            submit(requested.name, actor=self.actor, target_id=self.reference_id, body=self.payload or {}, dry_run=True)
            return
        with transaction.atomic():  # the record is locked during the check
            self._check_partially(requested)
            transaction.set_rollback(True)

    def _requested_operation(self) -> Operation:
        requested = registry.find(self.operation)
        if requested is None or requested.entry_point is not EntryPoint.REST:
            detail = "There is no such operation; GET /api/v1/policy/ lists all operations."
            advice = "Repeat the check with the name of an operation."
            raise invalid("operation", detail, "unknown_operation", rule="known_operation", next=advice)
        if self.reference_type is not None and self.reference_type != requested.target:
            detail = f"The target of {requested.name} is {requested.target or 'no record'}."
            raise invalid("reference_type", detail, "target_mismatch", rule="validation_first")
        return requested

    def _is_executable(self, requested: Operation) -> bool:
        """Whether the request can be executed: a write with its target and body. Reads and logins are never executed
        here.
        """
        if requested.reads or requested.anonymous:
            return False
        has_target = requested.target is None or self.reference_id is not None
        return has_target and (requested.body is None or self.payload is not None)

    def _check_partially(self, requested: Operation) -> None:
        """Check role, in person, scope, the duties that need no body, and an elevation that applies to every body."""
        checks, target = Authorization(requested, self.actor), None
        checks.before_target()
        count_write(requested)
        if self.reference_id is not None or requested.target is None:
            target = find_target(requested, self.actor, self.reference_id)
            checks.of_target(target)
        if requirement := Gate().requirement(requested, self.actor, target, None):
            raise approval_required(requirement)


def check_request(question: CheckRequest) -> dict[str, Any]:
    """The response to a question: the decision, its rule, the permitted roles, and the next step."""
    refusal = question.refusal()
    requested = registry.find(question.operation)
    requested = requested if requested is not None and requested.entry_point is EntryPoint.REST else None
    answer = {
        "decision": _decision(refusal),
        "code": str(refusal.code) if refusal else None,
        "operation": question.operation,
        "sop": list(requested.sop) if requested else [],
        "rule": refusal.rule if refusal else "who_can_perform",
        "roles": requested.permitted_roles if requested else [],
        "approver_roles": approver_roles(requested) if requested else [],
        "reasons": [item.as_dict() for item in refusal.errors] if refusal else [],
        "next": refusal.next
        if refusal
        else f"Send the request: {', '.join(requested.endpoints if requested else ())}.",
        "transfer_to_human": refusal.meaning.human if refusal else False,
    }
    handoff = handoff_body(refusal, requested, question.actor, question.reference_id) if refusal else None
    return {**answer, **({"handoff": handoff} if handoff else {})}


def _decision(refusal: Refusal | None) -> str:
    if refusal is None:
        return "allowed"
    return "approval_required" if refusal.code in APPROVAL_CODES else "denied"
