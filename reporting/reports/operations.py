"""SOP 23: Generating Incident Reports."""

from functools import partial
from typing import Any

from django.utils import timezone

from core.codes import Code
from core.errors import Item, Refusal
from core.operations.registry import in_person_directly, operation
from core.verbs import Verb
from incidents.models import Incident
from reporting.choices import REPORT_MOVES, ReportStatus
from reporting.models import IncidentReport
from reporting.postmortem import postmortem_digest
from reporting.reports.assembly import build
from reporting.reports.bodies import ReportBody
from reporting.reports.context import report_context
from reporting.serializers import ReportDetail
from users.choices import EX, IM
from users.duties import always
from users.models import User


@operation(
    "report.generate",
    sop=23,
    roles={IM, EX},
    verb=Verb.CREATE,
    subject="incident_report",
    body=ReportBody,
    answers=ReportDetail,
    moves=REPORT_MOVES.new(ReportStatus.COMPLETED, ReportStatus.FAILED),
    elevated=always,
    in_person=in_person_directly(always),
    raises=[Code.CALCULATION_FAILED],
    condition="the automatic postmortem draft of SOP 16 is not this operation",
)
def generate_report(*, actor: User, incident: Incident, report_type: str) -> IncidentReport:
    """Create a formal document about an incident; its content is stored with its digest, and never changes.

    SOP 23. Raises Refusal: calculation_failed, with the missing data; the failed report is stored.
    """
    now = timezone.now()
    report = IncidentReport(incident=incident, report_type=report_type, generated_by=actor, generated_at=now)
    try:
        content = build(report_type, report_context(incident.pk, now), actor).as_dict()
    except Refusal as refusal:
        refusal.afterwards = partial(_keep_failure, report, refusal)
        raise
    return report.change(status=ReportStatus.COMPLETED, content=content, digest=postmortem_digest(content))


def _keep_failure(report: IncidentReport, refusal: Refusal) -> None:
    """Store the failed report with the missing data; called after the rollback."""
    missing: list[dict[str, Any]] = [item.as_dict() for item in refusal.errors]
    report.change(status=ReportStatus.FAILED, content={"failure": missing})
    kept = Item(
        "report_failed", f"The failed report is stored with the id {report.pk}.", facts={"report_id": report.pk}
    )
    refusal.errors = (*refusal.errors, kept)
