"""Filters of reports."""

from core.reading.filters import StrictFilterSet, matches
from reporting.models import IncidentReport


class ReportFilters(StrictFilterSet):
    class Meta:
        model = IncidentReport
        fields = matches(
            exact=[
                *("incident_id", "report_type", "generated_by_id", "status", "digest", "automatic", "reviewed_by_id"),
                "void_reason",
            ],
            ranges=["generated_at", "reviewed_at", "voided_at"],
        )
