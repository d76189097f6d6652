"""Escalations (SOP 15)."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import IMPORTED, MARKED, Record
from incidents.response.choices import EscalationLevel, EscalationReason, EscalationStatus
from incidents.response.querysets import EscalationQuerySet

_STATUS = EscalationStatus
TIMES_FIT = (
    Q(status=_STATUS.OPEN, acknowledged_at__isnull=True, resolved_at__isnull=True)
    | Q(status=_STATUS.ACKNOWLEDGED, acknowledged_at__isnull=False, resolved_at__isnull=True)
    | Q(status=_STATUS.RESOLVED, acknowledged_at__isnull=False, resolved_at__isnull=False)
)


class Escalation(Record):
    """The escalation of a response to a named person, because of severity or service-level risk."""

    entity_type = "escalation"

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="escalations", db_index=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    target_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="escalations")
    reason = models.TextField(blank=True)
    reason_code = models.CharField(max_length=32, choices=EscalationReason.choices, blank=True)
    escalation_level = models.CharField(max_length=16, choices=EscalationLevel.choices)
    status = models.CharField(max_length=16, choices=EscalationStatus.choices, default=EscalationStatus.OPEN)
    acknowledged_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = EscalationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=IMPORTED | ~Q(reason=""), name="escalation_reasoned"),
            models.CheckConstraint(
                condition=Q(reason_code__in=["", *EscalationReason.values]), name="escalation_reason_code_valid"
            ),
            models.CheckConstraint(
                condition=Q(escalation_level__in=EscalationLevel.values), name="escalation_level_valid"
            ),
            models.CheckConstraint(condition=Q(status__in=EscalationStatus.values), name="escalation_status_valid"),
            models.CheckConstraint(
                condition=IMPORTED | ~Q(target_user=models.F("requested_by")), name="escalation_to_another"
            ),
            models.CheckConstraint(condition=IMPORTED | MARKED | TIMES_FIT, name="escalation_times_known"),
        ]
        indexes = [models.Index(fields=["incident", "status", "-id"], name="escalation_incident_status")]

    def __str__(self) -> str:
        return f"escalation {self.pk} to user {self.target_user_id}"
