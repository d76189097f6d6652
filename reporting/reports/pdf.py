"""A report as PDF, printed from its HTML page. WeasyPrint and Pango are optional: without them, PDF is refused."""

import os
from typing import Any

from reporting.reports.document import Document
from reporting.reports.html import as_html
from reporting.reports.missing import Missing, require

ADVICE = "Install the extra `pdf` and Pango (on Debian: libpango-1.0-0 and libpangoft2-1.0-0), or use another format."

# A report must render to identical bytes each time; otherwise subsetted fonts contain the time of subsetting.
os.environ.setdefault("SOURCE_DATE_EPOCH", "0")


def as_pdf(document: Document) -> bytes:
    """The pages, A4. Raises Refusal (422 calculation_failed) if the renderer is not installed."""
    printer = find_printer()
    missing = Missing("renderer", f"This installation cannot create PDF files. {ADVICE}", "renderer_missing")
    require([missing] if printer is None else [])
    nothing = printer.urls.URLFetcher(allowed_protocols=())  # a page refers to nothing outside
    pages: bytes = printer.HTML(string=as_html(document).decode(), url_fetcher=nothing).write_pdf()
    return pages


def find_printer() -> Any:
    """WeasyPrint, or None if it or a required library is not installed."""
    try:
        import weasyprint  # noqa: PLC0415 - an optional extra, which fails to load without Pango
    except (ImportError, OSError):
        return None
    return weasyprint
