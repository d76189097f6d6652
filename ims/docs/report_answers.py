"""Answers about reports that are no plain records."""

from rest_framework import serializers

from core.schema import describe
from core.schema.parameters import query
from reporting.choices import ReportType
from reporting.reports.document import Reader
from reporting.reports.formats import FORMATS
from reporting.reports.views import DEFAULT, PARAMETER

AS = {"type": "string", "enum": list(FORMATS), "default": DEFAULT}
TEXT = {"type": "string"}
FILE = {"type": "string", "format": "binary"}


class ReportSection(serializers.Serializer[object]):
    """A part of a report. A block is a paragraph, key_figures, a table, a bar_chart, a line_chart or a timeline."""

    title = serializers.CharField()
    readers = serializers.ListField(child=serializers.ChoiceField(choices=[(each, each) for each in Reader]))
    blocks = serializers.ListField(child=serializers.DictField())


class ReportDocument(serializers.Serializer[object]):
    """A report as its sections, of which each reader gets those that are meant for them."""

    schema = serializers.IntegerField()
    report_type = serializers.ChoiceField(choices=ReportType.choices)
    title = serializers.CharField()
    subtitle = serializers.CharField()
    reference = serializers.CharField()
    generated_at = serializers.DateTimeField()
    author = serializers.CharField()
    author_role = serializers.CharField()
    sections = ReportSection(many=True)
    partial = serializers.BooleanField()  # type: ignore[assignment]  # the name that files bear
    digest = serializers.CharField(allow_null=True)


def describe_report_answers() -> None:
    """Tell the description of a report as a file."""
    shown = {name: form.media_type.partition(";")[0] for name, form in FORMATS.items()}
    also = {media_type: FILE if name == "pdf" else TEXT for name, media_type in shown.items() if name != DEFAULT}
    asked = [query(PARAMETER, AS, "The format of the file.")]
    describe("incident_reports_download", ReportDocument, query=asked, also=also, versioned=True)
