"""Sentences on every report, in all formats."""

from collections.abc import Mapping
from typing import Any

from reporting.reports.document import Document, ValueKind
from reporting.reports.values import shown

NO_CAUSE = "No root cause has been determined."


def made(document: Document) -> str:
    """When and by whom it was created; external readers see only the role."""
    who = f"{document.author} ({document.author_role})" if document.author_role else document.author
    by = who if document.author else f"the {document.author_role}" if document.author_role else "the service provider"
    return f"Created {shown(document.generated_at, ValueKind.TIME)} by {by}"


def cause_outside(cause: Mapping[str, Any]) -> str:
    """The root cause as shown to clients. Only approved findings are disclosed, and they never contradict the
    internal text: a finding that awaits approval counts as unfinished, and without a finding no cause is determined.
    """
    if cause["approved"]:
        return str(cause["root_cause"])
    return "The root cause analysis is not finished." if cause["root_cause"] else NO_CAUSE


def ending(document: Document) -> str:
    """The digest of the stored content, or a note that this is a part of it."""
    if document.partial:
        return "This is the part of the report for clients."
    if document.digest:
        return f"SHA-256 of the stored content (RFC 8785): {document.digest}"
    return "This report is a draft."
