"""Old reports: the export contains only their metadata, not their content."""

from typing import Any

from ims.legacy import rules
from ims.legacy.columns import created_from, own_id
from ims.legacy.readers import Reference, choice, required, timestamp
from ims.legacy.rules import role_permitted
from ims.legacy.schema import ImportState, Table, column
from incidents.choices import UNRESOLVED
from reporting.choices import ReportStatus, ReportType
from reporting.models import IncidentReport


def generated_by_permitted_role(report: Any, state: ImportState) -> str:
    return role_permitted("report.generate", report.generated_by)


def completed_with_content(report: Any, state: ImportState) -> str:
    return "completed, but the export does not contain its content" if report.status == ReportStatus.COMPLETED else ""


def postmortem_of_resolved_incident(report: Any, state: ImportState) -> str:
    if report.report_type != ReportType.POSTMORTEM_REPORT or report.status != ReportStatus.COMPLETED:
        return ""
    incident = report.incident
    return f"incident {incident.pk} is {incident.status}" if incident.status in UNRESOLVED else ""


def generated_after_the_incident(report: Any, state: ImportState) -> str:
    detected = report.incident.detected_at
    if report.generated_at >= detected:
        return ""
    return f"generated at {report.generated_at.isoformat()}, before the incident was detected at {detected.isoformat()}"


REPORTS = Table(
    "incident_reports",
    key="report_id",
    entity_type="incident_report",
    model=IncidentReport,
    columns=(
        own_id("report_id"),
        column("incident", required(Reference("incidents")), "incident_id"),
        column("report_type", choice(), "report_type"),
        column("generated_by", required(Reference("users")), "generated_by_id"),
        column("status", choice(), "status"),
        column("generated_at", required(timestamp), "generated_at"),
        *created_from("generated_at"),
    ),
    rules=(
        rules.not_from_the_future,
        generated_by_permitted_role,
        generated_after_the_incident,
        completed_with_content,
        postmortem_of_resolved_incident,
    ),
)
