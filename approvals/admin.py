"""Approvals and approval rules in the console."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from approvals.choices import OFFERED_REASONS, ApprovalStatus, HandoffStatus
from approvals.models import Approval, ApprovalRule, Handoff
from core.console.admin import RecordAdmin
from core.console.columns import badge, record_link
from core.operations.registry import registry


def elevated_operations() -> list[str]:
    return [each.name for each in registry if each.elevated]


@admin.register(Approval)
class ApprovalAdmin(RecordAdmin):
    group, icon = "Authority", "approval"
    columns = ("id", "operation", "status", "requester", "approver", "reference_type", "created_at", "expires_at")
    order = ("id", "created_at")
    filter_columns = ("status", "requester", "approver", "created_at", "decided_at")
    value_filters = {"operation": elevated_operations}
    sections = (
        (None, (("operation", "status"), ("requester", "approver"), "reason", "comment")),
        ("Bound request", ("reference_type", "payload", "digest")),
        ("When", (("decided_at", "expires_at"), "consumed_at")),
        ("Imported record", ("requested_action", "imported_violations")),
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

    @admin.display(description=_lazy("Target"))
    def show_reference_type(self, record: Any) -> Any:
        return record_link(record.reference_type, record.reference_id)

    @admin.display(description=_lazy("Status"))
    def show_status(self, record: Any) -> Any:
        """The effective status: an approval expires without being written."""
        status = ApprovalStatus.EXPIRED if record.expired else ApprovalStatus(record.status)
        return badge(_(str(status.label)), self.tones["status"][status])


@admin.register(ApprovalRule)
class ApprovalRuleAdmin(RecordAdmin):
    group, icon = "Authority", "gavel"
    columns = ("operation", "condition", "approver_roles", "validity_hours", "updated_at")
    order = ("operation",)
    filter_columns = ("condition",)
    search_columns = ("operation",)
    sections = ((None, (("operation", "condition"), ("approver_roles", "validity_hours"))),)


def offered_reasons() -> tuple[str, ...]:
    return OFFERED_REASONS


@admin.register(Handoff)
class HandoffAdmin(RecordAdmin):
    group, icon = "Authority", "front_hand"
    columns = ("id", "reason_code", "operation", "reference_type", "status", "created_by", "created_at", "accepted_by")
    order = ("id", "created_at")
    filter_columns = ("status", "created_at", "created_by", "accepted_by")
    value_filters = {"reason_code": offered_reasons}
    sections = (
        (None, (("reason_code", "status"), ("operation", "code"), "reference_type", "details")),
        ("Accepted", (("accepted_by", "accepted_at"), ("closed_by", "closed_at"), "outcome")),
        ("Origin", (("agent", "request_id"),)),
    )
    titles = {"reason_code": "Reason", "created_by": "Raised by"}
    tones = {"status": {HandoffStatus.OPEN: "primary", HandoffStatus.ACCEPTED: "info", HandoffStatus.CLOSED: "success"}}

    @admin.display(description=_lazy("About"))
    def show_reference_type(self, record: Any) -> Any:
        return record_link(record.reference_type, record.reference_id)
