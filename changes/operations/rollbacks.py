"""SOP 21: Managing Rollback Requests."""

from typing import Any

from changes.choices import CHANGE_MOVES, REVERSIBLE, ROLLBACK_MOVES, ChangeStatus, RollbackStatus
from changes.duties import executive_decides_critical, not_the_requester
from changes.models import ChangeRequest, RollbackRequest
from changes.operations.changes import move
from changes.serializers import CommentBody, CompleteRollbackBody, RollbackBody, RollbackOutput
from core.codes import Code
from core.errors import Item, Refusal
from core.models import server_time
from core.operations.lifecycle import require_transition
from core.operations.registry import InPerson, operation
from core.sql.locking import locking
from core.verbs import Verb
from users.choices import EX, IM, SA, TS
from users.models import User

DECIDERS = "never the requester; critical change: EX only"


@operation(
    "rollback.create",
    sop=21,
    roles={TS, IM, EX},
    verb=Verb.CREATE,
    subject="rollback_request",
    body=RollbackBody,
    answers=RollbackOutput,
    moves=ROLLBACK_MOVES.new(),
    raises=[Code.DUPLICATE, Code.PRECONDITION_FAILED],
)
def create_rollback(*, actor: User, change_request: ChangeRequest, **fields: Any) -> RollbackRequest:
    """Request a rollback of a change that is in progress, completed or failed; a change has at most one unfinished
    rollback.

    SOP 21. Raises Refusal: precondition_failed (nothing to reverse), duplicate (an unfinished rollback).
    """
    change = locking(ChangeRequest.objects).get(pk=change_request.pk)
    _refuse(_irreversible(change))
    fields.setdefault("incident", change.incident)
    rollback = RollbackRequest(change_request=change, requested_by=actor, **fields)
    rollback.save()
    return rollback


@operation(
    "rollback.start",
    sop=21,
    roles={IM, EX},
    verb=Verb.APPROVE,
    target="rollback_request",
    answers=RollbackOutput,
    moves=(ROLLBACK_MOVES.to(RollbackStatus.IN_PROGRESS), CHANGE_MOVES.to(ChangeStatus.FAILED)),
    raises=[Code.PRECONDITION_FAILED],
    duties=[executive_decides_critical, not_the_requester],
    in_person=InPerson.ALWAYS,
    condition=DECIDERS,
)
def start_rollback(*, actor: User, rollback_request: RollbackRequest) -> RollbackRequest:
    """Start a rollback. A change that is still in progress fails.

    SOP 21. Raises Refusal: invalid_transition, segregation_of_duties, precondition_failed (an imported rollback may
    lack a justification or a reversible change).
    """
    change = _locked_change(rollback_request)
    require_transition(ROLLBACK_MOVES, rollback_request, RollbackStatus.IN_PROGRESS)
    _refuse([*_unjustified(rollback_request), *_irreversible(change)])
    _move(rollback_request, RollbackStatus.IN_PROGRESS, approved_by=actor)
    if change.status == ChangeStatus.IN_PROGRESS:
        move(change, ChangeStatus.FAILED, actual_end=server_time(change, rollback_request))
    return rollback_request


@operation(
    "rollback.reject",
    sop=21,
    roles={IM, EX},
    verb=Verb.REJECT,
    target="rollback_request",
    body=CommentBody,
    answers=RollbackOutput,
    moves=ROLLBACK_MOVES.to(RollbackStatus.REJECTED),
    duties=[executive_decides_critical, not_the_requester],
    in_person=InPerson.ALWAYS,
    condition=DECIDERS,
)
def reject_rollback(*, actor: User, rollback_request: RollbackRequest, comment: str = "") -> RollbackRequest:
    """Reject a rollback. SOP 21. Raises Refusal: invalid_transition, segregation_of_duties."""
    return _move(rollback_request, RollbackStatus.REJECTED, approved_by=actor, decision_comment=comment)


@operation(
    "rollback.complete",
    sop=21,
    roles={TS, SA, IM},
    verb=Verb.UPDATE,
    target="rollback_request",
    body=CompleteRollbackBody,
    answers=RollbackOutput,
    moves=(ROLLBACK_MOVES.to(RollbackStatus.COMPLETED), CHANGE_MOVES.to(ChangeStatus.ROLLED_BACK)),
    condition="validation_completed is true",
)
def complete_rollback(*, actor: User, rollback_request: RollbackRequest, validation_completed: bool) -> RollbackRequest:
    """Complete a validated rollback, which changes the status of its change to rolled_back.

    SOP 21. Raises Refusal: invalid_transition.
    """
    change = _locked_change(rollback_request)
    done = {"validation_completed": validation_completed, "executed_at": server_time(rollback_request, change)}
    _move(rollback_request, RollbackStatus.COMPLETED, **done)
    move(change, ChangeStatus.ROLLED_BACK)
    return rollback_request


def _irreversible(change: ChangeRequest) -> list[Item]:
    if change.status in REVERSIBLE:
        return []
    detail = f"The change is {change.status}; only one in progress, completed or failed can be rolled back."
    return [Item("change_not_reversible", detail, "change_id", {"reversible": [str(each) for each in REVERSIBLE]})]


def _unjustified(rollback: RollbackRequest) -> list[Item]:
    if rollback.justification.strip():
        return []
    return [Item("justification_missing", "The rollback has no justification.", "justification")]


def _refuse(items: list[Item]) -> None:
    """Raise Refusal (409 precondition_failed) with the failing conditions of a rollback."""
    if items:
        detail = " ".join(item.detail for item in items)
        raise Refusal(Code.PRECONDITION_FAILED, detail, rule="rollback_of_executed_change", errors=items)


def _locked_change(rollback: RollbackRequest) -> ChangeRequest:
    change: ChangeRequest = locking(ChangeRequest.objects).get(pk=rollback.change_request_id)
    return change


def _move(rollback: RollbackRequest, status: RollbackStatus, **values: Any) -> RollbackRequest:
    require_transition(ROLLBACK_MOVES, rollback, status)
    return rollback.change(status=status, **values)
