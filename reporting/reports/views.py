"""Report downloads over HTTP."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from django.http import HttpResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from core.codes import Code
from core.errors import Item, Refusal
from core.http.views import OperationView
from core.operations.dispatch import Discovery
from core.operations.etag import etag_of
from core.operations.registry import operation
from core.reading.pagination import bad_filter
from core.reading.query import refuse_unknown
from core.schema import answers
from core.schema.parameters import query
from core.turns.heavy import client_of, heavy_turn
from core.verbs import Verb
from reporting.choices import ReportStatus
from reporting.models import IncidentReport
from reporting.reports.assembly import document_of
from reporting.reports.formats import FORMATS, Format
from reporting.reports.serializers import ReportDocument
from reporting.views import REPORTS
from users.models import User

PARAMETER, DEFAULT = "as", "json"
# A report must not execute or load anything in the browser that opens it.
SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


AS = {"type": "string", "enum": list(FORMATS), "default": DEFAULT}
# The other formats, by media type.
OTHERS = {
    form.media_type.partition(";")[0]: {"type": "string", **({"format": "binary"} if name == "pdf" else {})}
    for name, form in FORMATS.items()
    if name != DEFAULT
}


class FormatByParameter(BaseContentNegotiation):
    """The query selects the format; the Accept header need not repeat it. Refusals are problem documents."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


@operation(
    "report.download",
    sop=23,
    roles=None,
    verb=Verb.ENTITY_DISCOVERY,
    target="incident_report",
    raises=[Code.PRECONDITION_FAILED, Code.CALCULATION_FAILED],
    condition="completed reports in scope; client contacts get the part that is meant for them",
)
def download_report(*, actor: User, incident_report: IncidentReport, chosen: Format) -> bytes:
    """Read a report as a file: JSON, Markdown, HTML or PDF, always rendered from the stored content.

    SOP 23. Raises Refusal: precondition_failed (the report is not completed), calculation_failed (a renderer or the
    content is missing).
    """
    report = incident_report
    if report.status != ReportStatus.COMPLETED and not report.is_live:
        detail = f"The report is {report.status}; only completed reports and the postmortem draft can be downloaded."
        item = Item("report_not_completed", detail, facts={"status": str(report.status)})
        advice = "Generate a new report with POST /api/v1/incident-reports/."
        raise Refusal(Code.PRECONDITION_FAILED, detail, rule="completed_reports", errors=[item], next=advice)
    return chosen.render(document_of(report, actor))


class DownloadView(OperationView):
    """One report as a file."""

    operations = {"download": "report.download"}
    content_negotiation_class = FormatByParameter

    @answers(ReportDocument, query=[query(PARAMETER, AS, "The format of the file.")], also=OTHERS, versioned=True)
    def download(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """Read a report as a file."""
        response: HttpResponse = self.read(
            self._file,
            discovery=Discovery(IncidentReport.entity_type, int(kwargs["pk"]), {"view": "download"}),
            get_target=REPORTS.scoped(request.user).select_related("incident").filter(pk=kwargs["pk"]).first,
            get_query=self.params,
        )
        return response

    def params(self) -> dict[str, str]:
        params = super().params()
        refuse_unknown(params, (PARAMETER,))
        if params.get(PARAMETER, DEFAULT) not in FORMATS:
            raise bad_filter(PARAMETER, f"Available formats: {', '.join(FORMATS)}.")
        return params

    def _file(self, report: IncidentReport, params: Mapping[str, str]) -> HttpResponse:
        name = params.get(PARAMETER, DEFAULT)
        turn = heavy_turn(self.request.user, client_of(self.request))
        with turn if FORMATS[name].heavy else nullcontext():
            body = download_report(actor=self.request.user, incident_report=report, chosen=FORMATS[name])
        headers = {**SAFE, "ETag": etag_of(report.version), "Content-Disposition": _attached(report, name)}
        return HttpResponse(body, content_type=FORMATS[name].media_type, headers=headers)


def _attached(report: IncidentReport, name: str) -> str:
    return f'attachment; filename="{report.incident.incident_code}-{report.report_type}-{report.pk}.{name}"'
