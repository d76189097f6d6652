"""Reports, with their constraints."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.errors import UndeclaredError
from core.models import IMPORTED, Record
from reporting.choices import ReportStatus, ReportType, VoidReason
from reporting.metrics.models import Metric  # noqa: F401 - a model of this app
from reporting.querysets import ReportQuerySet

# The immutable fields of a completed report.
FROZEN = frozenset({"incident_id", "report_type", "generated_by_id", "generated_at", "status", "content", "digest"})


class IncidentReport(Record):
    """A formal document about an incident.

    `automatic` marks the postmortem created by a resolution (SOP 16): its content is recomputed until its review, which
    completes and freezes it with its SHA-256. `voided_at` is when it became void, `void_reason` why: the incident was
    reopened, or the underlying records changed.
    """

    entity_type = "incident_report"

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="reports", db_index=False)
    report_type = models.CharField(max_length=32, choices=ReportType.choices)
    generated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    generated_at = models.DateTimeField()
    status = models.CharField(max_length=16, choices=ReportStatus.choices, default=ReportStatus.DRAFT)
    content = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    automatic = models.BooleanField(default=False, editable=False)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    review_comment = models.TextField(blank=True)
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=16, choices=VoidReason.choices, blank=True)

    objects: ClassVar[Any] = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident"],
                condition=Q(automatic=True, voided_at__isnull=True),
                name="incident_report_one_postmortem",
            ),
            models.CheckConstraint(condition=Q(report_type__in=ReportType.values), name="incident_report_type_valid"),
            models.CheckConstraint(condition=Q(status__in=ReportStatus.values), name="incident_report_status_valid"),
            models.CheckConstraint(
                condition=Q(automatic=False) | Q(report_type=ReportType.POSTMORTEM_REPORT),
                name="incident_report_automatic_postmortem",
            ),
            models.CheckConstraint(
                condition=Q(automatic=False)
                | ~Q(status=ReportStatus.COMPLETED)
                | (Q(reviewed_by__isnull=False, reviewed_at__isnull=False) & ~Q(digest="")),
                name="incident_report_completed_by_review",
            ),
            models.CheckConstraint(
                condition=IMPORTED | ~Q(status=ReportStatus.COMPLETED) | ~Q(digest=""),
                name="incident_report_completed_with_digest",
            ),
            models.CheckConstraint(
                condition=Q(void_reason__in=["", *VoidReason.values])
                & (Q(voided_at__isnull=True, void_reason="") | (Q(voided_at__isnull=False) & ~Q(void_reason=""))),
                name="incident_report_void_reasoned",
            ),
        ]
        indexes = [models.Index(fields=["incident", "status", "-id"], name="incident_report_status")]

    def __str__(self) -> str:
        return f"{self.report_type} of incident {self.incident_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse changes of a completed report's content; it may still be voided."""
        was_completed = not self._state.adding and self._loaded.get("status") == ReportStatus.COMPLETED
        if was_completed and FROZEN & set(self.changes()):
            raise UndeclaredError("a completed report never changes")
        super().save(*args, **kwargs)

    @property
    def is_live(self) -> bool:
        """Whether its content is recomputed from the incident: the automatic draft, until its review."""
        return self.automatic and self.status == ReportStatus.DRAFT
