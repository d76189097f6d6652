"""Lifecycles of approvals and handoffs, and when a rule applies."""

from django.db.models import TextChoices

from core.codes import ErrorClass
from core.operations.lifecycle import Lifecycle


class ApprovalStatus(TextChoices):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    CONSUMED = "consumed"
    EXPIRED = "expired"  # never stored for approvals made here: read off the clock


class RuleCondition(TextChoices):
    """What the operation itself declares is the policy's floor: a rule tightens it, and none can say "never"."""

    DECLARED = "declared"
    ALWAYS = "always"


DECISIONS = Lifecycle(
    "approval",
    {
        ApprovalStatus.PENDING: (ApprovalStatus.APPROVED, ApprovalStatus.REJECTED),
        ApprovalStatus.APPROVED: (ApprovalStatus.CONSUMED, ApprovalStatus.EXPIRED),
    },
    initial=ApprovalStatus.PENDING,
)


class HandoffStatus(TextChoices):
    OPEN = "open"
    ACCEPTED = "accepted"
    CLOSED = "closed"


HANDOFFS = Lifecycle(
    "handoff",
    {
        HandoffStatus.OPEN: (HandoffStatus.ACCEPTED,),
        HandoffStatus.ACCEPTED: (HandoffStatus.CLOSED,),
    },
    initial=HandoffStatus.OPEN,
)

# The reasons that refusals offer. Whoever hands over may state any other code.
OFFERED_REASONS = tuple(str(each) for each in ErrorClass)
