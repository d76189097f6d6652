"""The automatic postmortem of an incident: begun when it is resolved, voided when it is reopened."""

from datetime import datetime

from django.utils import timezone

from incidents.models import Incident
from reporting.choices import ReportStatus, ReportType
from reporting.models import IncidentReport
from reporting.postmortem import postmortem_of
from users.models import User


def capture_postmortem(incident: Incident, author: User) -> IncidentReport:
    """The draft postmortem of an incident: the one that stands, brought up to date, or a new one."""
    draft = _standing(incident) or IncidentReport(
        incident=incident, report_type=ReportType.POSTMORTEM_REPORT, automatic=True
    )
    captured: IncidentReport = draft.change(
        generated_by=author, generated_at=timezone.now(), content=postmortem_of(incident.pk)
    )
    return captured


def void_postmortem(incident: Incident, author: User, now: datetime) -> None:
    """Take its force from a reviewed postmortem and begin the next draft; a draft simply stays one.

    The standing report is locked, so that a review at the same moment comes wholly before or after.
    """
    report = _standing(incident)
    if report is not None and report.status == ReportStatus.COMPLETED:
        report.change(voided_at=now)
        capture_postmortem(incident, author)


def _standing(incident: Incident) -> IncidentReport | None:
    standing = IncidentReport.objects.standing_postmortems().filter(incident=incident)
    found: IncidentReport | None = standing.select_for_update(of=("self",)).first()
    return found
