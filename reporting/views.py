"""Reports over HTTP. The review of a postmortem belongs to another app."""

from core.http.views import RecordViewSet, creates
from core.reading.collections import Collection, related
from reporting.filters import ReportFilters
from reporting.models import IncidentReport
from reporting.serializers import ReportDetail, ReportOutput

REPORTS = Collection(
    IncidentReport,
    ReportOutput,
    ReportFilters,
    label="report_type",
    label_columns=("incident__title",),
    search=("report_type", "incident__title"),
    detail=ReportDetail,
    relations=related("incident", "generated_by", "reviewed_by"),
)


class ReportViewSet(RecordViewSet):
    collection = REPORTS
    create = creates("report.generate")
