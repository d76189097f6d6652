"""Filters of reports."""

from core.filters import StrictFilterSet, matches
from reporting.models import IncidentReport


class ReportFilters(StrictFilterSet):
    class Meta:
        model = IncidentReport
        fields = matches(
            exact=["incident", "report_type", "generated_by", "status", "automatic", "reviewed_by"],
            ranges=["generated_at", "reviewed_at", "voided_at"],
        )
