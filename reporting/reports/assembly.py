"""Assembles a report: its title page and the sections of its type."""

from collections.abc import Mapping
from typing import Any

from incidents.codes import incident_code
from reporting.choices import ReportType
from reporting.models import IncidentReport
from reporting.postmortem import postmortem_of
from reporting.reports.builders import BUILDERS
from reporting.reports.builders.postmortem import lay_out
from reporting.reports.context import ReportContext
from reporting.reports.document import Document, Reader, is_document, read_document
from reporting.reports.missing import Missing, require
from reporting.reports.values import stamp, words
from users.choices import CC


def build(report_type: str, subject: ReportContext, author: Any) -> Document:
    """The document of a report. Raises Refusal (422 calculation_failed) with the missing data."""
    incident = subject.incident
    return Document(
        report_type=str(report_type),
        title=title_of(report_type),
        subtitle=incident.title,
        reference=incident.incident_code,
        generated_at=stamp(subject.at) or "",
        author=author.name,
        author_role=words(author.role),
        sections=BUILDERS[ReportType(report_type)](subject),
    )


def title_of(report_type: str) -> str:
    return words(report_type).capitalize()


def document_of(report: IncidentReport, viewer: Any) -> Document:
    """A stored report within its viewer's scope. Raises Refusal (422 calculation_failed) if it has no content."""
    content = postmortem_of(report.incident_id) if report.is_live else report.content
    return _whole(report, content).for_reader(reader_of(viewer, report.incident.client_id))


def readable_part(viewer: Any, client_id: int, content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of a stored document about an incident of this client that a viewer may read."""
    reader = reader_of(viewer, client_id)
    return content if reader == Reader.STAFF else read_document(content).for_reader(reader).as_dict()


def reader_of(viewer: Any, client_id: int) -> Reader:
    """The reader class of a viewer: staff, a contact of the incident's client, or of another affected client."""
    if viewer.role != CC:
        return Reader.STAFF
    return Reader.CLIENT if client_id == viewer.client_id else Reader.AFFECTED


def _whole(report: IncidentReport, content: Mapping[str, Any]) -> Document:
    if is_document(content):
        return read_document(content, digest=report.digest)
    missing = Missing("content", "This report has no content: it was imported, or it failed.")
    require([missing] if "incident" not in content else [])
    return _automatic(report, content)


def _automatic(report: IncidentReport, content: Mapping[str, Any]) -> Document:
    """The postmortem created by a resolution: stored as plain facts, with people as ids."""
    standing = "draft" if report.is_live else "reviewed"
    return Document(
        report_type=report.report_type,
        title=f"{title_of(report.report_type)} ({standing})",
        subtitle=content["incident"]["title"],
        reference=incident_code(report.incident_id),
        generated_at=stamp(report.reviewed_at or report.generated_at) or "",
        author=f"User {report.reviewed_by_id or report.generated_by_id}",
        author_role="",
        sections=lay_out(content, lambda pk: "–" if pk is None else f"User {pk}"),
        digest=report.digest,
    )
