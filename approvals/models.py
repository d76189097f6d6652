"""Approval rules decide what is elevated, approvals grant authority once, handoffs pass a request to a person."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from approvals.choices import ApprovalStatus, HandoffStatus, RuleCondition
from approvals.querysets import ApprovalQuerySet, ApprovalRuleQuerySet, HandoffQuerySet
from core.models import Record


class ApprovalRule(Record):
    """When an operation needs an approval, and which roles grant it. Seeded from the declarations of operations."""

    entity_type = "approval_rule"

    operation = models.CharField(max_length=64)
    condition = models.CharField(max_length=16, choices=RuleCondition.choices, default=RuleCondition.DECLARED)
    approver_roles = models.JSONField()
    validity_hours = models.PositiveIntegerField()

    objects: ClassVar[Any] = ApprovalRuleQuerySet.as_manager()

    class Meta:
        ordering = ["operation"]
        constraints = [
            models.UniqueConstraint(fields=["operation"], name="approval_rule_operation_unique"),
            models.CheckConstraint(
                condition=Q(condition__in=RuleCondition.values), name="approval_rule_condition_valid"
            ),
            models.CheckConstraint(
                condition=Q(validity_hours__gte=1, validity_hours__lte=8760), name="approval_rule_validity_valid"
            ),
        ]

    def __str__(self) -> str:
        return self.operation

    @property
    def status(self) -> str:
        return "active"


class Approval(Record):
    """A request for authority, frozen at its creation: requester, operation, target and body.

    It is decided once and consumed by the one request that it authorises. An imported approval authorises nothing.
    """

    entity_type = "approval"
    planned = frozenset({"expires_at"})
    redacted = frozenset({"payload", "reason", "comment"})

    operation = models.CharField(max_length=64, blank=True)
    reference_type = models.CharField(max_length=32, null=True, blank=True)  # noqa: DJ001 - absent is not empty
    reference_id = models.BigIntegerField(null=True, blank=True)
    payload = models.JSONField(null=True)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="approvals_requested"
    )
    reason = models.TextField(blank=True)
    status = models.CharField(max_length=16, choices=ApprovalStatus.choices, default=ApprovalStatus.PENDING)
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="approvals_decided")
    comment = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    consumed_at = models.DateTimeField(null=True)
    requested_action = models.CharField(max_length=64, blank=True, editable=False)

    objects: ClassVar[Any] = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ApprovalStatus.values), name="approval_status_valid"),
            models.CheckConstraint(
                condition=Q(imported_row__isnull=False)
                | (Q(requester__isnull=False) & ~Q(operation="") & ~Q(digest="")),
                name="approval_binds_who_and_what",
            ),
            models.CheckConstraint(
                condition=Q(imported_row__isnull=False) | Q(approver__isnull=True) | ~Q(approver=models.F("requester")),
                name="approval_approver_is_not_requester",
            ),
            models.CheckConstraint(
                condition=Q(imported_row__isnull=False)
                | Q(status=ApprovalStatus.PENDING, approver__isnull=True, decided_at__isnull=True)
                | (~Q(status=ApprovalStatus.PENDING) & Q(approver__isnull=False, decided_at__isnull=False)),
                name="approval_decided_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["status", "id"], name="approval_status")]

    def __str__(self) -> str:
        return f"{self.operation or self.requested_action} ({self.status})"

    @property
    def expired(self) -> bool:
        """Whether an approved request has expired, by the server's clock."""
        return bool(self.status == ApprovalStatus.APPROVED and self.expires_at and self.expires_at <= timezone.now())


class Handoff(Record):
    """A refused request that only a person can resolve: the attempt, the caller, the reason and the outcome.

    `created_by` created it, through `agent` if software acted for them.
    """

    entity_type = "handoff"
    redacted = frozenset({"details", "outcome"})

    reason_code = models.SlugField(max_length=64, db_index=False)
    details = models.TextField(blank=True)
    operation = models.CharField(max_length=64, blank=True)
    code = models.CharField(max_length=64, blank=True)
    reference_type = models.CharField(max_length=32, blank=True)
    reference_id = models.BigIntegerField(null=True)
    agent = models.CharField(max_length=120, blank=True, editable=False)
    request_id = models.CharField(max_length=64, blank=True, editable=False)
    status = models.CharField(max_length=16, choices=HandoffStatus.choices, default=HandoffStatus.OPEN)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True)

    objects: ClassVar[Any] = HandoffQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason_code=""), name="handoff_reason_given"),
            models.CheckConstraint(
                condition=Q(reference_type="", reference_id__isnull=True)
                | (~Q(reference_type="") & Q(reference_id__isnull=False)),
                name="handoff_reference_whole",
            ),
            models.CheckConstraint(
                condition=Q(status=HandoffStatus.OPEN, accepted_by__isnull=True, closed_by__isnull=True)
                | Q(status=HandoffStatus.ACCEPTED, accepted_by__isnull=False, closed_by__isnull=True)
                | (Q(status=HandoffStatus.CLOSED, accepted_by__isnull=False, closed_by__isnull=False) & ~Q(outcome="")),
                name="handoff_status_valid",
            ),
        ]
        indexes = [models.Index(fields=["status", "id"], name="handoff_status")]

    def __str__(self) -> str:
        return f"{self.operation or self.reason_code} ({self.status})"
