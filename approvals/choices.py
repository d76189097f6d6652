"""Lifecycles of approvals and handoffs, and when a rule applies."""

from django.db.models import TextChoices

from core.codes import ErrorClass


class ApprovalStatus(TextChoices):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    CONSUMED = "consumed"
    EXPIRED = "expired"  # never stored for approvals made here: read off the clock


class RuleCondition(TextChoices):
    DECLARED = "declared"  # as the operation itself states
    ALWAYS = "always"
    NEVER = "never"


DECISIONS: dict[str, tuple[str, ...]] = {
    ApprovalStatus.PENDING: (ApprovalStatus.APPROVED, ApprovalStatus.REJECTED),
    ApprovalStatus.APPROVED: (ApprovalStatus.CONSUMED, ApprovalStatus.EXPIRED),
}


class HandoffStatus(TextChoices):
    OPEN = "open"
    ACCEPTED = "accepted"
    CLOSED = "closed"


HANDOFFS: dict[str, tuple[str, ...]] = {
    HandoffStatus.OPEN: (HandoffStatus.ACCEPTED,),
    HandoffStatus.ACCEPTED: (HandoffStatus.CLOSED,),
}

# The reasons that refusals offer. Whoever hands over may state any other code.
OFFERED_REASONS = tuple(str(each) for each in ErrorClass)
