"""A report as PDF, printed from its HTML page. WeasyPrint and Pango may be missing: that is told, never a 500."""

import os
from typing import Any, NoReturn

from reporting.reports.document import Document
from reporting.reports.html import as_html
from reporting.reports.missing import Missing, require

ADVICE = "Install the extra `pdf` and Pango (on Debian: libpango-1.0-0 and libpangoft2-1.0-0), or take another format."

# A report must render to identical bytes each time; otherwise subsetted fonts contain the time of subsetting.
os.environ.setdefault("SOURCE_DATE_EPOCH", "0")


class OutsideError(ValueError):
    """A page asked for something outside itself."""


def as_pdf(document: Document) -> bytes:
    """The pages, A4. Raises Refusal (422 calculation_failed): the renderer is not installed."""
    printer = find_printer()
    missing = Missing("renderer", f"This installation cannot make PDF files. {ADVICE}", "renderer_missing")
    require([missing] if printer is None else [])
    pages: bytes = printer.HTML(string=as_html(document).decode(), url_fetcher=_fetch_nothing).write_pdf()
    return pages


def find_printer() -> Any:
    """WeasyPrint, or None where it or a library that it needs is not installed."""
    try:
        import weasyprint  # noqa: PLC0415 - an optional extra, which fails to load without Pango
    except (ImportError, OSError):
        return None
    return weasyprint


def _fetch_nothing(url: str, *args: Any, **kwargs: Any) -> NoReturn:
    raise OutsideError(url)
