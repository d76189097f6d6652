"""Reports over HTTP. What completes them is carried out by other apps."""

from core.collections import Collection
from core.views import RecordViewSet
from reporting.filters import ReportFilters
from reporting.models import IncidentReport
from reporting.serializers import ReportDetail, ReportOutput

REPORTS = Collection(
    IncidentReport,
    ReportOutput,
    ReportFilters,
    label="report_type",
    detail=ReportDetail,
)


class ReportViewSet(RecordViewSet):
    collection = REPORTS
