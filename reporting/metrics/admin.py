"""Metrics in the console."""

from django.contrib import admin

from core.console.admin import RecordAdmin
from reporting.metrics.models import Metric


@admin.register(Metric)
class MetricAdmin(RecordAdmin):
    group, icon = "Incidents", "speed"
    columns = ("id", "incident", "metric_type", "calculated_value_minutes", "unit", "derived_value", "matches")
    order = ("id",)
    filter_columns = ("metric_type", "matches", "created_at", "incident")
    sections = (
        (None, ("incident", ("metric_type", "unit"), ("calculated_value_minutes", "stated"), "target_minutes")),
        ("Derived value", (("derived_value", "matches"),)),
        ("Imported record", ("imported_violations",)),
    )
    titles = {"calculated_value_minutes": "Value", "target_minutes": "Target"}
