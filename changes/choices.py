"""Types, risks and lifecycles of changes and rollbacks."""

from django.db.models import TextChoices

from core.operations.lifecycle import Lifecycle


class ChangeType(TextChoices):
    STANDARD = "standard"
    EMERGENCY = "emergency"
    NORMAL = "normal"


class RiskLevel(TextChoices):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class ChangeStatus(TextChoices):
    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"


class RollbackStatus(TextChoices):
    REQUESTED = "requested"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    REJECTED = "rejected"


# Only the completion of a rollback leads to rolled_back.
CHANGE_MOVES = Lifecycle(
    "change",
    {
        ChangeStatus.REQUESTED: (ChangeStatus.APPROVED, ChangeStatus.REJECTED),
        ChangeStatus.APPROVED: (ChangeStatus.SCHEDULED,),
        ChangeStatus.SCHEDULED: (ChangeStatus.IN_PROGRESS,),
        ChangeStatus.IN_PROGRESS: (ChangeStatus.COMPLETED, ChangeStatus.FAILED),
        ChangeStatus.COMPLETED: (ChangeStatus.ROLLED_BACK,),
        ChangeStatus.FAILED: (ChangeStatus.ROLLED_BACK,),
    },
    initial=ChangeStatus.REQUESTED,
)

# An emergency change need not wait for its window.
EMERGENCY_MOVES = CHANGE_MOVES.widened("emergency change", {ChangeStatus.APPROVED: (ChangeStatus.IN_PROGRESS,)})

ROLLBACK_MOVES = Lifecycle(
    "rollback",
    {
        RollbackStatus.REQUESTED: (RollbackStatus.IN_PROGRESS, RollbackStatus.REJECTED),
        RollbackStatus.IN_PROGRESS: (RollbackStatus.COMPLETED, RollbackStatus.REJECTED),
    },
    initial=RollbackStatus.REQUESTED,
)

# Statuses of a change that can be rolled back, and of unfinished rollbacks.
REVERSIBLE = (ChangeStatus.IN_PROGRESS, ChangeStatus.COMPLETED, ChangeStatus.FAILED)
UNFINISHED = (RollbackStatus.REQUESTED, RollbackStatus.IN_PROGRESS)
# Statuses of changes whose windows are in the future or in progress.
OCCUPYING = (ChangeStatus.SCHEDULED, ChangeStatus.IN_PROGRESS)
