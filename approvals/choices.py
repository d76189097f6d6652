"""Lifecycles of approvals and handoffs, and the conditions of rules."""

from django.db.models import TextChoices

from core.codes import ErrorClass
from core.operations.lifecycle import Lifecycle


class ApprovalStatus(TextChoices):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    CONSUMED = "consumed"
    EXPIRED = "expired"  # never stored for approvals created here: derived from expires_at


class RuleCondition(TextChoices):
    """The operation's declaration is the policy's minimum: a rule can tighten it, and never disable it."""

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

# The reasons used in refusals. A handoff may state any other code.
OFFERED_REASONS = tuple(str(each) for each in ErrorClass)
