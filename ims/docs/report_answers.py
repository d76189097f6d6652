"""Answers about reports that are no plain records."""

from core.schema import describe
from core.schema.parameters import query
from reporting.reports.formats import FORMATS
from reporting.reports.views import DEFAULT, PARAMETER

AS = {"type": "string", "enum": list(FORMATS), "default": DEFAULT}
FILE = {"type": "string", "format": "binary"}


def describe_report_answers() -> None:
    """Tell the description of a report as a file."""
    media_types = [form.media_type.partition(";")[0] for form in FORMATS.values()]
    describe(
        "incident_reports_download",
        FILE,
        query=[query(PARAMETER, AS, "The format of the file.")],
        media_types=media_types,
        versioned=True,
    )
