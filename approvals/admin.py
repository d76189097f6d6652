"""Approvals and the rules behind them in the console."""

from typing import Any

from django.contrib import admin

from approvals.choices import ApprovalStatus
from approvals.models import Approval, ApprovalRule
from core.admin import RecordAdmin
from core.admin_columns import pointer
from core.operations import registry


def elevated_operations() -> list[str]:
    return [each.name for each in registry if each.elevated]


@admin.register(Approval)
class ApprovalAdmin(RecordAdmin):
    group, icon = "Authority", "approval"
    columns = ("id", "operation", "status", "requester", "approver", "reference_type", "created_at", "expires_at")
    order = ("id", "created_at")
    facets = ("status", "requester", "approver", "created_at", "decided_at")
    tables = {"operation": elevated_operations}
    sections = (
        (None, (("operation", "status"), ("requester", "approver"), "reason", "comment")),
        ("What it binds", ("reference_type", "payload", "digest")),
        ("When", (("decided_at", "expires_at"), "consumed_at")),
        ("Older system", ("requested_action", "imported_violations")),
    )
    titles = {"reference_type": "Target", "digest": "Digest (SHA-256)"}
    tones = {
        "status": {
            ApprovalStatus.PENDING: "warning",
            ApprovalStatus.APPROVED: "success",
            ApprovalStatus.REJECTED: "danger",
            ApprovalStatus.CONSUMED: "info",
            ApprovalStatus.EXPIRED: "default",
        }
    }

    @admin.display(description="Target")
    def show_reference_type(self, record: Any) -> Any:
        return pointer(record.reference_type, record.reference_id)


@admin.register(ApprovalRule)
class ApprovalRuleAdmin(RecordAdmin):
    group, icon = "Authority", "gavel"
    columns = ("operation", "condition", "approver_roles", "validity_hours", "updated_at")
    order = ("operation",)
    facets = ("condition",)
    find = ("operation",)
    sections = ((None, (("operation", "condition"), ("approver_roles", "validity_hours"))),)
