"""Reports in the console."""

from typing import Any

from django.contrib import admin

from core.console.admin import RecordAdmin
from reporting.choices import ReportStatus
from reporting.metrics import admin as metrics_admin  # noqa: F401 - registers its pages
from reporting.models import IncidentReport
from users.choices import CC


@admin.register(IncidentReport)
class IncidentReportAdmin(RecordAdmin):
    """Shows the stored content; for a draft postmortem the API shows the current data instead."""

    group, icon = "Incidents", "summarize"
    columns = ("id", "incident", "report_type", "status", "generated_by", "generated_at", "reviewed_by")
    order = ("id",)
    filter_columns = ("report_type", "status", "automatic", "generated_at", "incident")
    sections = (
        (None, ("incident", ("report_type", "status"), ("generated_by", "generated_at"), "automatic")),
        ("Review", (("reviewed_by", "reviewed_at"), "review_comment", "voided_at", "digest")),
        ("Content", ("content",)),
        ("Imported record", ("imported_violations",)),
    )
    titles = {"automatic": "Created by a resolution", "digest": "SHA-256"}
    tones = {
        "status": {ReportStatus.DRAFT: "info", ReportStatus.COMPLETED: "success", ReportStatus.FAILED: "danger"},
    }

    def readable(self, name: str, viewer: Any) -> bool:
        """Client contacts may read only a part of the content. The API filters it; this page would show all of it."""
        return super().readable(name, viewer) and not (name == "content" and viewer.role == CC)
