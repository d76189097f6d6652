"""Sentences that stand on every report, in all formats."""

from reporting.reports.document import Document, Kind
from reporting.reports.values import shown


def made(document: Document) -> str:
    """When it was made and by whom; outsiders are told the role only."""
    who = f"{document.author} ({document.author_role})" if document.author_role else document.author
    by = who if document.author else f"the {document.author_role}" if document.author_role else "the service provider"
    return f"Made {shown(document.generated_at, Kind.TIME)} by {by}"


def ending(document: Document) -> str:
    """What can be checked of it: the digest of the stored content, or that this is a part of it."""
    if document.partial:
        return "This is the part of the report that is meant for clients."
    if document.digest:
        return f"SHA-256 of the stored content (RFC 8785): {document.digest}"
    return "This report is a draft."
