"""Types and lifecycle of reports."""

from django.db.models import TextChoices

from core.operations.lifecycle import Lifecycle


class ReportType(TextChoices):
    EXECUTIVE_SUMMARY = "executive_summary"
    POSTMORTEM_REPORT = "postmortem_report"
    COMPLIANCE_REPORT = "compliance_report"
    PERFORMANCE_DASHBOARD = "performance_dashboard"
    TREND_ANALYSIS = "trend_analysis"


class ReportStatus(TextChoices):
    DRAFT = "draft"
    COMPLETED = "completed"
    FAILED = "failed"


class VoidReason(TextChoices):
    """Why a reviewed postmortem became void."""

    REOPENED = "reopened"
    OUTDATED = "outdated"


# A completed report is final: an outdated postmortem is voided, and a new draft replaces it.
REPORT_MOVES = Lifecycle(
    "report",
    {
        ReportStatus.DRAFT: (ReportStatus.COMPLETED, ReportStatus.FAILED),
    },
    initial=ReportStatus.DRAFT,
)
