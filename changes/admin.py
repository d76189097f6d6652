"""Changes and rollbacks in the console."""

from django.contrib import admin

from changes.choices import ChangeStatus, RiskLevel, RollbackStatus
from changes.models import ChangeRequest, RollbackRequest
from core.console.admin import RecordAdmin

RISK_TONES = {RiskLevel.CRITICAL: "danger", RiskLevel.HIGH: "warning", RiskLevel.MEDIUM: "info"}


@admin.register(ChangeRequest)
class ChangeRequestAdmin(RecordAdmin):
    group, icon = "Changes", "published_with_changes"
    columns = ("change_title", "change_type", "risk_level", "status", "incident", "requested_by", "scheduled_start")
    filter_columns = ("status", "change_type", "risk_level", "created_at")
    search_columns = ("change_title", "description")
    sections = (
        (None, ("change_title", "description", ("change_type", "risk_level"), ("status", "incident"))),
        ("Decision", (("requested_by", "approved_by"), "decided_at", "decision_comment")),
        (
            "Window",
            (
                ("scheduled_start", "scheduled_end"),
                ("actual_start", "actual_end"),
                ("outside_window", "outside_window_reason"),
            ),
        ),
        ("Imported record", ("imported_violations",)),
    )
    tones = {
        "risk_level": RISK_TONES,
        "status": {
            ChangeStatus.IN_PROGRESS: "info",
            ChangeStatus.COMPLETED: "success",
            ChangeStatus.FAILED: "danger",
            ChangeStatus.ROLLED_BACK: "warning",
        },
    }


@admin.register(RollbackRequest)
class RollbackRequestAdmin(RecordAdmin):
    group, icon = "Changes", "undo"
    columns = ("id", "change_request", "status", "incident", "requested_by", "approved_by", "executed_at")
    filter_columns = ("status", "created_at")
    search_columns = ("justification",)
    sections = (
        (None, ("change_request", "justification", ("status", "incident"))),
        ("Decision", (("requested_by", "approved_by"), "decision_comment")),
        ("Execution", (("executed_at", "validation_completed"),)),
        ("Imported record", ("imported_violations",)),
    )
    tones = {"status": {RollbackStatus.IN_PROGRESS: "info", RollbackStatus.COMPLETED: "success"}}
