"""Sentences that stand on every report, in all formats."""

from collections.abc import Mapping
from typing import Any

from reporting.reports.document import Document, ValueKind
from reporting.reports.values import shown

NO_CAUSE = "No root cause has been determined."


def made(document: Document) -> str:
    """When it was made and by whom; outsiders are told the role only."""
    who = f"{document.author} ({document.author_role})" if document.author_role else document.author
    by = who if document.author else f"the {document.author_role}" if document.author_role else "the service provider"
    return f"Made {shown(document.generated_at, ValueKind.TIME)} by {by}"


def cause_outside(cause: Mapping[str, Any]) -> str:
    """The root cause as shown to clients. Only approved findings are disclosed, and they never contradict the
    internal text: a finding that awaits approval counts as unfinished, and without a finding no cause is determined.
    """
    if cause["approved"]:
        return str(cause["root_cause"])
    return "The analysis of the root cause is not finished." if cause["root_cause"] else NO_CAUSE


def ending(document: Document) -> str:
    """What can be checked of it: the digest of the stored content, or that this is a part of it."""
    if document.partial:
        return "This is the part of the report that is meant for clients."
    if document.digest:
        return f"SHA-256 of the stored content (RFC 8785): {document.digest}"
    return "This report is a draft."
