"""A report as PDF, printed from its HTML page. WeasyPrint and Pango are optional: without them, PDF is refused."""

import os
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE
from typing import Any

from core.turns.departures import stoppable
from reporting.reports.document import Document
from reporting.reports.html import as_html
from reporting.reports.missing import Missing, require

ADVICE = "Install the extra `pdf` and Pango (on Debian: libpango-1.0-0 and libpangoft2-1.0-0), or use another format."

PROGRAM = Path(__file__).with_name("printing.py")
# A report must render to identical bytes each time; otherwise subsetted fonts contain the time of subsetting.
EPOCH = {"SOURCE_DATE_EPOCH": "0"}


def as_pdf(document: Document) -> bytes:
    """The pages, A4. Raises Refusal (422 calculation_failed) if the renderer is not installed."""
    printer = find_printer()
    missing = Missing("renderer", f"This installation cannot create PDF files. {ADVICE}", "renderer_missing")
    require([missing] if printer is None else [])
    return print_page(as_html(document))


def print_page(page: bytes) -> bytes:
    """An HTML page as PDF, laid out by a process that gives way to others and ends when the client has gone."""
    # Isolated: neither this folder nor the environment adds modules.
    command, variables = [sys.executable, "-I", str(PROGRAM)], {**EPOCH, **os.environ}
    with (
        subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=variables) as process,  # noqa: S603
        stoppable(process.kill),
    ):
        pages, said = process.communicate(page)
    if process.returncode:
        raise RuntimeError(f"the PDF renderer ended with {process.returncode}: {said.decode(errors='replace')[-500:]}")
    return pages


def find_printer() -> Any:
    """WeasyPrint, or None if it or a required library is not installed."""
    try:
        import weasyprint  # noqa: PLC0415 - an optional extra, which fails to load without Pango
    except (ImportError, OSError):
        return None
    return weasyprint
