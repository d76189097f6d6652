"""The four formats of a report: one table."""

from collections.abc import Callable
from dataclasses import dataclass

import orjson

from reporting.reports.document import Document
from reporting.reports.html import as_html
from reporting.reports.markdown import as_markdown
from reporting.reports.pdf import as_pdf


@dataclass(frozen=True, slots=True)
class Format:
    media_type: str
    render: Callable[[Document], bytes]
    heavy: bool = False


def as_json(document: Document) -> bytes:
    """The stored document, reduced to the reader's part, with the digest of the complete document."""
    content = {**document.as_dict(), "partial": document.partial, "digest": document.digest or None}
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)


FORMATS: dict[str, Format] = {
    "json": Format("application/json", as_json),
    "md": Format("text/markdown; charset=utf-8", as_markdown),
    "html": Format("text/html; charset=utf-8", as_html),
    "pdf": Format("application/pdf", as_pdf, heavy=True),
}
