"""SOP 20: Creating Change Requests, and their further lifecycle."""

from datetime import datetime
from typing import Any

from changes.choices import CHANGE_MOVES, EMERGENCY_MOVES, OCCUPYING, ChangeStatus, ChangeType
from changes.duties import executive_decides_critical, not_the_requester, requester_or_manager
from changes.models import ChangeRequest
from changes.serializers import ChangeBody, ChangeOutput, CommentBody, ScheduleBody, ScheduledChange, StartBody
from core.codes import Code
from core.errors import Item, Refusal
from core.models import server_time
from core.operations.lifecycle import require_transition
from core.operations.registry import InPerson, operation
from core.operations.results import Answer
from core.verbs import Verb
from users.choices import EX, IM, SA, TS
from users.models import User

WHEN = "%Y-%m-%dT%H:%M:%SZ"
DECIDERS = "never the requester; risk_level critical: EX only"


def move(change: ChangeRequest, status: ChangeStatus, **values: Any) -> ChangeRequest:
    """Move a change along its lifecycle. Raises Refusal: invalid_transition."""
    _require_transition(change, status)
    return change.change(status=status, **values)


def _require_transition(change: ChangeRequest, status: ChangeStatus) -> None:
    table = EMERGENCY_MOVES if change.change_type == ChangeType.EMERGENCY else CHANGE_MOVES
    require_transition(table, change, status)


@operation(
    "change.create",
    sop=20,
    roles={TS, SA, EX, IM},
    verb=Verb.CREATE,
    subject="change_request",
    body=ChangeBody,
    answers=ChangeOutput,
    moves=CHANGE_MOVES.new(),
)
def create_change(*, actor: User, **fields: Any) -> ChangeRequest:
    """Request a change that resolves or prevents issues.

    SOP 20. Raises Refusal: invalid_reference (incident), validation_error.
    """
    change = ChangeRequest(requested_by=actor, **fields)
    change.save()
    return change


@operation(
    "change.update",
    sop=20,
    roles={TS, SA, EX, IM},
    verb=Verb.UPDATE,
    target="change_request",
    body=ChangeBody,
    answers=ChangeOutput,
    duties=[requester_or_manager],
    raises=[Code.PRECONDITION_FAILED],
    condition="while requested; the requester or IM",
)
def update_change(*, actor: User, change_request: ChangeRequest, **changes: Any) -> ChangeRequest:
    """Correct a change request that is not decided yet.

    SOP 20. Raises Refusal: precondition_failed (it has been decided), out_of_scope.
    """
    if change_request.status != ChangeStatus.REQUESTED:
        detail = f"The change is {change_request.status}; only a requested one can be edited."
        item = Item("already_decided", detail, "status")
        raise Refusal(Code.PRECONDITION_FAILED, detail, rule="change_edited_while_requested", errors=[item])
    return change_request.change(**changes)


@operation(
    "change.approve",
    sop=20,
    roles={IM, EX},
    verb=Verb.APPROVE,
    target="change_request",
    body=CommentBody,
    answers=ChangeOutput,
    moves=CHANGE_MOVES.to(ChangeStatus.APPROVED),
    duties=[executive_decides_critical, not_the_requester],
    in_person=InPerson.ALWAYS,
    condition=DECIDERS,
)
def approve_change(*, actor: User, change_request: ChangeRequest, comment: str = "") -> ChangeRequest:
    """Approve a change. SOP 20. Raises Refusal: invalid_transition, segregation_of_duties."""
    return _decide(actor, change_request, ChangeStatus.APPROVED, comment)


@operation(
    "change.reject",
    sop=20,
    roles={IM, EX},
    verb=Verb.REJECT,
    target="change_request",
    body=CommentBody,
    answers=ChangeOutput,
    moves=CHANGE_MOVES.to(ChangeStatus.REJECTED),
    duties=[executive_decides_critical, not_the_requester],
    in_person=InPerson.ALWAYS,
    condition=DECIDERS,
)
def reject_change(*, actor: User, change_request: ChangeRequest, comment: str = "") -> ChangeRequest:
    """Reject a change. SOP 20. Raises Refusal: invalid_transition, segregation_of_duties."""
    return _decide(actor, change_request, ChangeStatus.REJECTED, comment)


@operation(
    "change.schedule",
    sop=20,
    roles={TS, SA, IM},
    verb=Verb.UPDATE,
    target="change_request",
    body=ScheduleBody,
    answers=ScheduledChange,
    moves=CHANGE_MOVES.to(ChangeStatus.SCHEDULED),
)
def schedule_change(
    *, actor: User, change_request: ChangeRequest, scheduled_start: datetime, scheduled_end: datetime
) -> Answer:
    """Schedule an approved change; overlapping windows on the same component cause a warning, not a refusal.

    SOP 20. Raises Refusal: invalid_transition, validation_error (start not before end).
    """
    window = {"scheduled_start": scheduled_start, "scheduled_end": scheduled_end}
    change = move(change_request, ChangeStatus.SCHEDULED, **window)
    return Answer(change, {"warnings": _overlaps(change)})


@operation(
    "change.start",
    sop=20,
    roles={TS, SA, IM},
    verb=Verb.UPDATE,
    target="change_request",
    body=StartBody,
    answers=ChangeOutput,
    moves=(CHANGE_MOVES.to(ChangeStatus.IN_PROGRESS), EMERGENCY_MOVES.to(ChangeStatus.IN_PROGRESS)),
    raises=[Code.PRECONDITION_FAILED],
)
def start_change(
    *, actor: User, change_request: ChangeRequest, outside_window: bool = False, outside_window_reason: str = ""
) -> ChangeRequest:
    """Start a change. Outside its window this must be stated, with a reason that is recorded.

    SOP 20. Raises Refusal: invalid_transition, precondition_failed (outside_window).
    """
    now = server_time(change_request)
    outside = _is_outside(change_request, now)
    _require_transition(change_request, ChangeStatus.IN_PROGRESS)
    if outside and not outside_window:
        raise _outside(change_request)
    said = {"outside_window": outside, "outside_window_reason": outside_window_reason if outside else ""}
    return move(change_request, ChangeStatus.IN_PROGRESS, actual_start=now, **said)


@operation(
    "change.complete",
    sop=20,
    roles={TS, SA, IM},
    verb=Verb.UPDATE,
    target="change_request",
    answers=ChangeOutput,
    moves=CHANGE_MOVES.to(ChangeStatus.COMPLETED),
)
def complete_change(*, actor: User, change_request: ChangeRequest) -> ChangeRequest:
    """Complete a change. SOP 20. Raises Refusal: invalid_transition."""
    return move(change_request, ChangeStatus.COMPLETED, actual_end=server_time(change_request))


@operation(
    "change.fail",
    sop=20,
    roles={TS, SA, IM},
    verb=Verb.UPDATE,
    target="change_request",
    answers=ChangeOutput,
    moves=CHANGE_MOVES.to(ChangeStatus.FAILED),
)
def fail_change(*, actor: User, change_request: ChangeRequest) -> ChangeRequest:
    """Mark a change as failed. SOP 20. Raises Refusal: invalid_transition."""
    return move(change_request, ChangeStatus.FAILED, actual_end=server_time(change_request))


def _decide(actor: User, change: ChangeRequest, status: ChangeStatus, comment: str) -> ChangeRequest:
    return move(change, status, approved_by=actor, decided_at=server_time(change), decision_comment=comment)


def _is_outside(change: ChangeRequest, now: datetime) -> bool:
    """Whether the change has a window that excludes this time; an approved emergency change has none."""
    start, end = change.scheduled_start, change.scheduled_end
    return (start is not None and now < start) or (end is not None and now > end)


def _outside(change: ChangeRequest) -> Refusal:
    detail = f"The window of the change is from {change.scheduled_start:{WHEN}} to {change.scheduled_end:{WHEN}}."
    item = Item("outside_window", detail, "outside_window")
    advice = "Wait for the window, or send outside_window: true and outside_window_reason."
    return Refusal(Code.PRECONDITION_FAILED, detail, rule="change_within_window", errors=[item], next=advice)


def _overlaps(change: ChangeRequest) -> list[dict[str, Any]]:
    """Other changes with overlapping windows on the same component."""
    component_id = change.incident.component_id if change.incident else None
    if component_id is None:
        return []
    others = ChangeRequest.objects.filter(
        incident__component_id=component_id,
        status__in=OCCUPYING,
        scheduled_start__lt=change.scheduled_end,
        scheduled_end__gt=change.scheduled_start,
    ).exclude(pk=change.pk)
    detail = "The window overlaps another change on the same component."
    return [
        {"code": "overlapping_window", "detail": detail, "change_id": pk}
        for pk in others.order_by("id").values_list("pk", flat=True)
    ]
