"""Events, correlations and correlation rules in the console."""

from django.contrib import admin

from clients.admin import SEVERITY_TONES
from core.console.admin import RecordAdmin
from incidents.models import CorrelationRule, EventCorrelation, EventRecord


@admin.register(EventRecord)
class EventAdmin(RecordAdmin):
    group, icon = "Incidents", "notifications"
    columns = ("id", "source", "payload_summary", "severity_hint", "client", "component", "detected_at")
    order = ("id",)
    filter_columns = ("source", "severity_hint", "detected_at", "created_at", "client", "component")
    search_columns = ("payload_summary",)
    sections = (
        (None, (("source", "severity_hint"), "payload_summary", ("client", "component"), "detected_at")),
        ("Content", ("attributes",)),
        ("Imported record", ("imported_violations",)),
    )
    related = (("Correlations", "incidents.EventCorrelation", "event"),)
    tones = {"severity_hint": SEVERITY_TONES}


@admin.register(EventCorrelation)
class CorrelationAdmin(RecordAdmin):
    group, icon = "Incidents", "hub"
    columns = ("id", "event", "correlation_key", "decision", "incident", "created_at")
    order = ("id",)
    filter_columns = ("decision", "created_at", "event", "incident")
    sections = (
        (None, (("event", "incident"), ("decision", "correlation_key"))),
        ("Imported record", ("imported_violations",)),
    )
    tones = {"decision": {"incident_created": "danger", "linked": "info", "recorded_for_trending": "default"}}


@admin.register(CorrelationRule)
class RuleAdmin(RecordAdmin):
    group, icon = "Incidents", "rule"
    columns = ("name", "group_by", "window_minutes", "min_events", "minimum_severity", "active")
    order = ("id",)
    filter_columns = ("active", "minimum_severity")
    search_columns = ("name",)
    sections = (
        (None, (("name", "active"), "group_by", ("window_minutes", "min_events"), "minimum_severity")),
        ("Imported record", ("imported_violations",)),
    )
    tones = {"minimum_severity": SEVERITY_TONES, "active": {True: "success"}}
