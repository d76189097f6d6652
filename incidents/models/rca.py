"""Root cause analyses (SOP 19)."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.models import IMPORTED, MARKED, Record
from incidents.response.choices import AnalysisMethod, AnalysisStatus
from incidents.response.querysets import VendorReadableQuerySet


class RootCauseAnalysis(Record):
    """The analysis of an incident's underlying cause: the product's problem record."""

    entity_type = "rca"

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="analyses", db_index=False)
    analysis_method = models.CharField(max_length=24, choices=AnalysisMethod.choices)
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="analyses")
    completed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=16, choices=AnalysisStatus.choices, default=AnalysisStatus.IN_PROGRESS)
    root_cause = models.TextField(blank=True)
    summary = models.TextField(blank=True)
    review_comment = models.TextField(blank=True)
    completed_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = VendorReadableQuerySet.as_manager()

    class Meta:
        verbose_name = "root cause analysis"
        verbose_name_plural = "root cause analyses"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(analysis_method__in=AnalysisMethod.values), name="rca_method_valid"),
            models.CheckConstraint(condition=Q(status__in=AnalysisStatus.values), name="rca_status_valid"),
            models.CheckConstraint(
                condition=IMPORTED
                | Q(status=AnalysisStatus.IN_PROGRESS)
                | (~Q(root_cause="") & Q(completed_by__isnull=False, completed_at__isnull=False)),
                name="rca_completed_with_cause",
            ),
            models.CheckConstraint(
                condition=IMPORTED
                | ~Q(status=AnalysisStatus.APPROVED)
                | (~Q(reviewed_by=F("assigned_to")) & ~Q(reviewed_by=F("completed_by"))),
                name="rca_approved_by_another",
            ),
            models.CheckConstraint(
                condition=IMPORTED
                | MARKED
                | ~Q(status=AnalysisStatus.APPROVED)
                | Q(reviewed_by__isnull=False, approved_at__isnull=False),
                name="rca_approver_known",
            ),
        ]
        indexes = [models.Index(fields=["incident", "status", "-id"], name="rca_incident_status")]

    def __str__(self) -> str:
        return f"{self.analysis_method} of incident {self.incident_id}"
