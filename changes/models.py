"""Changes and rollbacks, with their constraints."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from changes.choices import UNFINISHED, ChangeStatus, ChangeType, RiskLevel, RollbackStatus
from changes.querysets import ChangeQuerySet, RollbackQuerySet
from core.models import IMPORTED, MARKED, Record


class ChangeRequest(Record):
    """A change to a system, to resolve or prevent issues.

    `once_critical` is true if the risk has ever been critical. It decides who may approve the change, so lowering the
    risk does not avoid the executive's decision. `outside_window` records that the change started outside its window,
    with the reason.
    """

    entity_type = "change_request"
    planned = frozenset({"scheduled_start", "scheduled_end"})

    incident = models.ForeignKey(
        "incidents.Incident", models.PROTECT, null=True, blank=True, related_name="change_requests"
    )
    change_title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    change_type = models.CharField(max_length=16, choices=ChangeType.choices)
    risk_level = models.CharField(max_length=16, choices=RiskLevel.choices)
    once_critical = models.BooleanField(default=False, editable=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_comment = models.TextField(blank=True)
    status = models.CharField(max_length=16, choices=ChangeStatus.choices, default=ChangeStatus.REQUESTED)
    scheduled_start = models.DateTimeField(null=True)
    scheduled_end = models.DateTimeField(null=True)
    outside_window = models.BooleanField(default=False, editable=False)
    outside_window_reason = models.TextField(blank=True, editable=False)
    actual_start = models.DateTimeField(null=True)
    actual_end = models.DateTimeField(null=True)

    objects: ClassVar[Any] = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(change_type__in=ChangeType.values), name="change_type_valid"),
            models.CheckConstraint(condition=Q(risk_level__in=RiskLevel.values), name="change_risk_level_valid"),
            models.CheckConstraint(condition=Q(status__in=ChangeStatus.values), name="change_status_valid"),
            models.CheckConstraint(
                condition=~Q(risk_level=RiskLevel.CRITICAL) | Q(once_critical=True), name="change_critical_remembered"
            ),
            models.CheckConstraint(
                condition=IMPORTED
                | Q(scheduled_start__isnull=True, scheduled_end__isnull=True)
                | Q(scheduled_start__lt=F("scheduled_end")),
                name="change_window_ordered",
            ),
            models.CheckConstraint(
                condition=IMPORTED | Q(approved_by__isnull=True) | ~Q(approved_by=F("requested_by")),
                name="change_decided_by_another",
            ),
            models.CheckConstraint(
                condition=IMPORTED
                | MARKED
                | Q(status=ChangeStatus.REQUESTED, approved_by__isnull=True, decided_at__isnull=True)
                | (~Q(status=ChangeStatus.REQUESTED) & Q(approved_by__isnull=False, decided_at__isnull=False)),
                name="change_decider_known",
            ),
            models.CheckConstraint(
                condition=Q(outside_window=False) | ~Q(outside_window_reason=""), name="change_outside_window_reasoned"
            ),
        ]
        indexes = [
            models.Index(fields=["incident", "status"], name="change_incident_status"),
            models.Index(fields=["status", "scheduled_start"], name="change_status_window"),
        ]

    def __str__(self) -> str:
        return self.change_title

    @property
    def ever_critical(self) -> bool:
        """Whether the risk is or has been critical."""
        return self.once_critical or self.risk_level == RiskLevel.CRITICAL

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.once_critical = self.ever_critical
        super().save(*args, **kwargs)


class RollbackRequest(Record):
    """The reversal of an unsuccessful or harmful change."""

    entity_type = "rollback_request"
    public_names = {"change_request_id": "change_id"}

    change_request = models.ForeignKey(ChangeRequest, models.PROTECT, related_name="rollback_requests")
    incident = models.ForeignKey(
        "incidents.Incident", models.PROTECT, null=True, blank=True, related_name="rollback_requests"
    )
    justification = models.TextField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decision_comment = models.TextField(blank=True)
    status = models.CharField(max_length=16, choices=RollbackStatus.choices, default=RollbackStatus.REQUESTED)
    executed_at = models.DateTimeField(null=True)
    validation_completed = models.BooleanField(default=False)

    objects: ClassVar[Any] = RollbackQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RollbackStatus.values), name="rollback_status_valid"),
            models.CheckConstraint(condition=IMPORTED | ~Q(justification=""), name="rollback_justified"),
            models.CheckConstraint(
                condition=IMPORTED | Q(approved_by__isnull=True) | ~Q(approved_by=F("requested_by")),
                name="rollback_decided_by_another",
            ),
            models.CheckConstraint(
                condition=IMPORTED
                | MARKED
                | Q(status=RollbackStatus.REQUESTED, approved_by__isnull=True)
                | (~Q(status=RollbackStatus.REQUESTED) & Q(approved_by__isnull=False)),
                name="rollback_decider_known",
            ),
            models.CheckConstraint(
                condition=IMPORTED | ~Q(status=RollbackStatus.COMPLETED) | Q(validation_completed=True),
                name="rollback_validated",
            ),
            models.UniqueConstraint(
                fields=["change_request"], condition=Q(status__in=UNFINISHED), name="rollback_one_unfinished_per_change"
            ),
        ]
        indexes = [models.Index(fields=["incident", "status"], name="rollback_incident_status")]

    def __str__(self) -> str:
        return f"rollback of change {self.change_request_id}"
