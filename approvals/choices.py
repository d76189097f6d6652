"""Lifecycle of an approval, and when a rule applies."""

from django.db.models import TextChoices


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
