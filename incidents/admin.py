"""Incidents in the console, with their notes and affected clients."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from clients.admin import SEVERITY_TONES
from core.console.admin import RecordAdmin
from core.console.columns import EMPTY, badge
from core.console.inlines import RecordInline
from core.operations.registry import registry
from incidents.choices import IncidentStatus, Level
from incidents.events import admin as events_admin  # noqa: F401 - registers its pages
from incidents.models import (
    AffectedClient,
    ClockPause,
    Communication,
    Escalation,
    Incident,
    IncidentNote,
    RootCauseAnalysis,
    Workaround,
)
from incidents.service_levels.scope import SERVICE_LEVEL_FIELDS, may_read_service_levels
from incidents.service_levels.states import LABELS, SlaState, state_of

TONES = {
    SlaState.BREACHED: "danger",
    SlaState.AT_RISK: "warning",
    SlaState.OK: "success",
    SlaState.NONE: "default",
}
LEVEL_TONES = {Level.CRITICAL: "primary", Level.HIGH: "info", Level.MEDIUM: "default", Level.LOW: "default"}


class AffectedClientInline(RecordInline):
    model = AffectedClient
    verbose_name_plural = "Additional affected clients"
    columns = ("client", "created_at", "removed_at")
    titles = {"created_at": "Since"}


class NoteInline(RecordInline):
    model = IncidentNote
    verbose_name_plural = "Notes"
    columns = ("created_at", "created_by", "body", "public")
    titles = {"created_at": "When", "created_by": "Who"}


class PauseInline(RecordInline):
    model = ClockPause
    verbose_name_plural = "Pauses of the resolution clock"
    columns = ("reason", "started_at", "ended_at", "ended_by", "end_cause", "note", "end_note")
    titles = {"started_at": "Since", "ended_at": "Until"}


@admin.register(Incident)
class IncidentAdmin(RecordAdmin):
    """A large table: only indexed columns can be sorted and filtered."""

    group, icon = "Incidents", "emergency"
    columns = (
        "incident_code",
        "title",
        "severity",
        "status",
        "clock",
        "choose",
        "client",
        "component",
        "assigned_manager",
        "created_at",
    )
    order = ("created_at",)
    filter_columns = (
        "status",
        "severity",
        "category",
        "impact_level",
        "created_at",
        "client",
        "component",
        "assigned_manager",
        "assigned_to",
    )
    search_columns = ("title", "description")
    sections = (
        (None, ("title", "description", ("status", "category"), ("client", "component"))),
        (
            "Severity",
            (
                ("severity", "peak_severity"),
                ("impact_level", "urgency"),
                ("severity_rule", "severity_rested_on_facts"),
                ("classification", "known_facts"),
                "severity_override_reason",
            ),
        ),
        ("People", (("reporter", "assigned_manager"), "assigned_to")),
        (
            "Times",
            (
                ("occurred_at", "detected_at"),
                ("acknowledged_at", "resolved_at"),
                ("closed_at", "detection_source"),
                ("downtime_minutes", "is_recurring"),
                ("sla_breach", "rto_breach"),
            ),
        ),
        (
            "Resolution",
            (("resolution_code", "duplicate_of"), "resolution_summary", "root_cause_undetermined_reason"),
        ),
        ("Imported record", ("imported_violations",)),
    )
    related = (
        ("Escalations", "incidents.Escalation", "incident"),
        ("Communications", "incidents.Communication", "incident"),
        ("Workarounds", "incidents.Workaround", "incident"),
        ("Root cause analyses", "incidents.RootCauseAnalysis", "incident"),
    )
    inlines = (AffectedClientInline, PauseInline, NoteInline)
    titles = {
        "sla_breach": "SLA breach",
        "rto_breach": "RTO breach",
        "classification": "Facts",
        "known_facts": "Known facts",
    }
    tones = {
        "severity": SEVERITY_TONES,
        "peak_severity": SEVERITY_TONES,
        "impact_level": LEVEL_TONES,
        "urgency": LEVEL_TONES,
        "sla_breach": {True: "danger"},
        "rto_breach": {True: "danger"},
        "status": {
            IncidentStatus.OPEN: "primary",
            IncidentStatus.IN_PROGRESS: "info",
            IncidentStatus.ESCALATED: "warning",
            IncidentStatus.RESOLVED: "success",
            IncidentStatus.CLOSED: "default",
        },
    }

    def readable(self, name: str, viewer: Any) -> bool:
        if name == "choose":
            return registry["incident.add_note"].permits(viewer.role)
        return name == "clock" or super().readable(name, viewer)

    def shown(self, name: Any, request: HttpRequest, *, full: bool) -> Any:
        """The clock follows from the stored times; it is shown only to those whom the agreement concerns."""
        if name != "clock":
            return super().shown(name, request, full=full)

        def clock(record: Incident) -> Any:
            if not may_read_service_levels(request.user, record.client_id):
                return EMPTY
            state = state_of(record, timezone.now())
            return badge(str(LABELS[state]), TONES[state])

        clock.short_description = _("Clock")  # type: ignore[attr-defined]
        return clock

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Service-level results are shown only to those who may see them, as in the API."""
        record = super().get_object(request, object_id, from_field)
        if record is not None and not may_read_service_levels(request.user, record.client_id):
            for name in SERVICE_LEVEL_FIELDS:
                setattr(record, name, None)
        return record

    @admin.display(description=_lazy("Select"))
    def show_choose(self, record: Any) -> str:
        """A box of the form above the list, for acts on several incidents."""
        label = _("Select %(code)s") % {"code": record.incident_code}
        box = '<input type="checkbox" class="ims-choose" form="bulk" name="pk" value="{}" aria-label="{}">'
        return format_html(box, record.pk, label)

    @admin.display(description=_lazy("Code"), ordering="id")
    def show_incident_code(self, record: Any) -> str:
        return format_html('<span class="whitespace-nowrap">{}</span>', record.incident_code)


class ResponseAdmin(RecordAdmin):
    """Records of the response to an incident."""

    group = "Incidents"
    order = ("id",)


@admin.register(Escalation)
class EscalationAdmin(ResponseAdmin):
    icon = "trending_up"
    columns = ("id", "incident", "escalation_level", "target_user", "reason_code", "status", "created_at")
    filter_columns = ("status", "escalation_level", "reason_code", "created_at", "incident", "target_user")
    sections = (
        (
            None,
            (("incident", "status"), ("target_user", "escalation_level"), ("requested_by", "reason_code"), "reason"),
        ),
        ("Times", (("acknowledged_at", "resolved_at"),)),
    )
    tones = {"status": {"open": "danger", "acknowledged": "info", "resolved": "success"}}


@admin.register(Communication)
class CommunicationAdmin(ResponseAdmin):
    icon = "forum"
    columns = ("id", "incident", "recipient_type", "recipient_user", "delivery_method", "delivery_status", "sent_at")
    filter_columns = (
        "delivery_status",
        "recipient_type",
        "delivery_method",
        "created_at",
        "incident",
        "recipient_user",
    )
    sections = (
        (None, (("incident", "sender_user"), "subject", "message_content")),
        ("To", (("recipient_type", "delivery_method"), ("recipient_user", "recipient_group"))),
        ("Delivery", (("delivery_status", "sent_at"),)),
    )
    tones = {"delivery_status": {"pending": "warning", "sent": "info", "delivered": "success", "failed": "danger"}}


@admin.register(Workaround)
class WorkaroundAdmin(ResponseAdmin):
    icon = "build"
    columns = ("id", "incident", "effectiveness", "status", "implemented_by", "implemented_at")
    filter_columns = ("status", "effectiveness", "created_at", "incident")
    sections = ((None, (("incident", "status"), "description", "effectiveness", ("implemented_by", "implemented_at"))),)
    tones = {
        "status": {"active": "success"},
        "effectiveness": {"effective": "success", "partially_effective": "warning", "ineffective": "danger"},
    }


@admin.register(RootCauseAnalysis)
class AnalysisAdmin(ResponseAdmin):
    icon = "troubleshoot"
    columns = ("id", "incident", "analysis_method", "status", "assigned_to", "completed_at", "approved_at")
    filter_columns = ("status", "analysis_method", "created_at", "incident")
    sections = (
        (None, (("incident", "status"), ("analysis_method", "assigned_to"), "root_cause", "summary")),
        ("Review", (("completed_by", "completed_at"), ("reviewed_by", "approved_at"), "review_comment")),
    )
    tones = {"status": {"in_progress": "info", "completed": "warning", "approved": "success"}}
