"""The rules of SOP 20 and 21 that an old row may violate (see `rules`), from the apps' own tables and duties."""

from typing import Any

from changes.choices import (
    CHANGE_MOVES,
    EMERGENCY_MOVES,
    REVERSIBLE,
    ChangeStatus,
    ChangeType,
    RollbackStatus,
)
from changes.duties import executive_decides_critical, not_the_requester
from core.operations.lifecycle import Lifecycle, allowed_from
from ims.legacy.rules import expected_times, out_of_order, role_permitted
from ims.legacy.schema import ImportState
from incidents.choices import UNRESOLVED

# The possible statuses of a change for each status of its rollback. Starting a rollback fails a change in progress;
# completing it sets the change to rolled back.
CHANGE_OF_ROLLBACK: dict[str, tuple[str, ...]] = {
    RollbackStatus.REQUESTED: REVERSIBLE,
    RollbackStatus.IN_PROGRESS: (ChangeStatus.COMPLETED, ChangeStatus.FAILED),
    RollbackStatus.COMPLETED: (ChangeStatus.ROLLED_BACK,),
    RollbackStatus.REJECTED: (*REVERSIBLE, ChangeStatus.ROLLED_BACK),
}


def change_requested_by_permitted_role(change: Any, state: ImportState) -> str:
    return role_permitted("change.create", change.requested_by)


def change_decided_by_somebody(change: Any, state: ImportState) -> str:
    return _decided_by_somebody(change, waiting=ChangeStatus.REQUESTED)


def change_decided_by_permitted_role(change: Any, state: ImportState) -> str:
    return role_permitted("change.approve", change.approved_by)


def decided_by_another(record: Any, state: ImportState) -> str:
    """Checks changes and rollbacks."""
    decider = record.approved_by
    own = decider is not None and not not_the_requester.holds(decider, record, {})
    return f"user {decider.pk} decided their own request" if own else ""


def critical_decided_by_executive(record: Any, state: ImportState) -> str:
    """Checks changes and rollbacks."""
    decider = record.approved_by
    if decider is None or executive_decides_critical.holds(decider, record, {}):
        return ""
    return f"a change of critical risk, decided by user {decider.pk}, whose role is {decider.role}"


def change_window_ordered(change: Any, state: ImportState) -> str:
    start, end = change.scheduled_start, change.scheduled_end
    if (start is None) != (end is None):
        return "an incomplete window: the start or the end is missing"
    return "the window ends before it starts" if start is not None and start >= end else ""


def change_times_ordered(change: Any, state: ImportState) -> str:
    return out_of_order(change, "created_at", "actual_start", "actual_end")


def change_times_fit_status(change: Any, state: ImportState) -> str:
    """Scheduling sets the window, which an emergency may skip; start and end set the other times."""
    emergency = change.change_type == ChangeType.EMERGENCY
    moves, status = (EMERGENCY_MOVES if emergency else CHANGE_MOVES), change.status
    ended = status in _after(moves, ChangeStatus.IN_PROGRESS)
    started = ended or status == ChangeStatus.IN_PROGRESS
    due = {"actual_start": started, "actual_end": ended}
    if not (emergency and started):
        due["scheduled_start"] = status == ChangeStatus.SCHEDULED or started
    return expected_times(change, **due)


def rolled_back_by_a_rollback(change: Any, state: ImportState) -> str:
    if change.status != ChangeStatus.ROLLED_BACK:
        return ""
    completed = frozenset({str(RollbackStatus.COMPLETED)})
    if change.pk in state.export.referred("rollback_requests", "change_id", status=completed):
        return ""
    return "rolled back, but the export contains no completed rollback of it"


def not_in_progress_on_settled_incident(record: Any, state: ImportState) -> str:
    """An incident cannot be resolved while one of its changes or rollbacks is in progress."""
    incident = record.incident
    if incident is None or incident.status in UNRESOLVED or record.status != ChangeStatus.IN_PROGRESS:
        return ""
    return f"in progress, but incident {incident.pk} is {incident.status}"


def rollback_requested_by_permitted_role(rollback: Any, state: ImportState) -> str:
    return role_permitted("rollback.create", rollback.requested_by)


def rollback_decided_by_somebody(rollback: Any, state: ImportState) -> str:
    return _decided_by_somebody(rollback, waiting=RollbackStatus.REQUESTED)


def rollback_decided_by_permitted_role(rollback: Any, state: ImportState) -> str:
    return role_permitted("rollback.start", rollback.approved_by)


def rollback_of_executed_change(rollback: Any, state: ImportState) -> str:
    change = rollback.change_request
    if change.status in CHANGE_OF_ROLLBACK[rollback.status]:
        return ""
    return f"{rollback.status}, but change {change.pk} is {change.status}"


def rollback_validated(rollback: Any, state: ImportState) -> str:
    """Validation is stated only with the completion."""
    completed = rollback.status == RollbackStatus.COMPLETED
    if completed and not rollback.validation_completed:
        return "completed without validation"
    early = rollback.validation_completed and not completed
    return f"validated, but {rollback.status}" if early else ""


def rollback_times_fit_status(rollback: Any, state: ImportState) -> str:
    completed = rollback.status == RollbackStatus.COMPLETED
    return expected_times(rollback, executed_at=completed) or out_of_order(rollback, "created_at", "executed_at")


def _decided_by_somebody(record: Any, *, waiting: str) -> str:
    undecided = record.status == waiting
    if undecided and record.approved_by_id is not None:
        return f"{record.status}, but it has an approver"
    return f"{record.status}, but it has no approver" if not undecided and not record.approved_by_id else ""


def _after(moves: Lifecycle, status: str) -> set[str]:
    """Every status that the lifecycle can reach from this one."""
    reached: set[str] = set()
    pending = [status]
    while pending:
        new = set(allowed_from(moves, pending.pop())) - reached
        reached |= new
        pending += new
    return reached
