"""The serializers of a report as a document."""

from rest_framework import serializers

from reporting.choices import ReportType
from reporting.reports.document import Reader


class ReportSection(serializers.Serializer[object]):
    """A section of a report. A block is a paragraph, key_figures, a table, a bar_chart, a line_chart or a timeline."""

    title = serializers.CharField()
    readers = serializers.ListField(child=serializers.ChoiceField(choices=[(each, each) for each in Reader]))
    blocks = serializers.ListField(child=serializers.DictField())


class ReportDocument(serializers.Serializer[object]):
    """A report as sections, restricted to those for the reader."""

    schema = serializers.IntegerField()
    report_type = serializers.ChoiceField(choices=ReportType.choices)
    title = serializers.CharField()
    subtitle = serializers.CharField()
    reference = serializers.CharField()
    generated_at = serializers.DateTimeField()
    author = serializers.CharField()
    author_role = serializers.CharField()
    sections = ReportSection(many=True)
    partial = serializers.BooleanField()  # type: ignore[assignment]  # the name of a file
    digest = serializers.CharField(allow_null=True)
