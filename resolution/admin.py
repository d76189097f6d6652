"""Confirmations and reopenings in the console."""

from django.contrib import admin

from core.console.admin import RecordAdmin
from resolution.models import MitigationConfirmation, Reopening


@admin.register(MitigationConfirmation)
class MitigationConfirmationAdmin(RecordAdmin):
    group, icon = "Incidents", "verified"
    columns = ("id", "incident", "created_by", "created_at", "voided_at")
    order = ("id",)
    filter_columns = ("created_at", "incident")
    sections = ((None, ("incident", "note", "voided_at")),)


@admin.register(Reopening)
class ReopeningAdmin(RecordAdmin):
    group, icon = "Incidents", "restart_alt"
    columns = ("id", "incident", "created_by", "created_at", "was_resolved_at")
    order = ("id",)
    filter_columns = ("created_at", "incident")
    sections = ((None, ("incident", "reason", ("was_resolved_at", "was_resolved_by"), "resolution_summary")),)
