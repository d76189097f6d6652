"""A separate program: reads an HTML page and writes it as PDF. It loads nothing of the application."""

import os
import resource
import sys
from importlib import import_module
from typing import Any

# Others go first; a page that takes longer than a minute of processor time is given up.
NICENESS, MOST_SECONDS = 10, 60


def pages_of(page: str) -> bytes:
    """The pages of an HTML text, A4. It may refer to nothing outside."""
    printer: Any = import_module("weasyprint")  # an optional extra
    nothing = printer.urls.URLFetcher(allowed_protocols=())
    pages: bytes = printer.HTML(string=page, url_fetcher=nothing).write_pdf()
    return pages


if __name__ == "__main__":
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    sys.stdout.buffer.write(pages_of(sys.stdin.buffer.read().decode()))
