"""The analytics response in the API description."""

from typing import Any

from rest_framework import serializers

from core.json import TableRenderer
from core.schema.parameters import query
from reporting.analytics.choices import GroupBy, Interval

MINUTES = "In minutes; null if nothing was measured."


class DurationFigures(serializers.Serializer[object]):
    """A duration in minutes, over the incidents for which it was measured."""

    incidents = serializers.IntegerField()
    mean = serializers.FloatField(allow_null=True, help_text=MINUTES)
    median = serializers.FloatField(allow_null=True, help_text=MINUTES)
    p90 = serializers.FloatField(allow_null=True, help_text=MINUTES)


class BreachFigures(serializers.Serializer[object]):
    """The share of resolved incidents whose agreement was breached, and the share without any pauses. Only incidents
    whose agreements concern the reader are counted.
    """

    resolved = serializers.IntegerField()
    breached = serializers.IntegerField()
    percent = serializers.FloatField(allow_null=True)
    breached_without_pauses = serializers.IntegerField()
    percent_without_pauses = serializers.FloatField(allow_null=True)


class AnalyticsFigures(serializers.Serializer[object]):
    """The figures of a period."""

    mttd = DurationFigures()
    mtta = DurationFigures()
    mttr = DurationFigures()
    sla_breach_rate = BreachFigures()
    opened = serializers.IntegerField()
    resolved = serializers.IntegerField()
    closed = serializers.IntegerField()
    backlog = serializers.IntegerField(help_text="Unresolved incidents at the end.")


class IntervalFigures(AnalyticsFigures):
    """The figures of one interval: `start` is inclusive, `end` exclusive."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()


class AnalyticsGroup(serializers.Serializer[object]):
    """The figures of one group. Without group_by there is a single group, with neither key nor label."""

    key = serializers.JSONField(help_text="An id, a severity or a category; null for incidents without one.")
    label: Any = serializers.CharField(allow_null=True)
    total = AnalyticsFigures()
    intervals = IntervalFigures(many=True)


class FailureFigures(serializers.Serializer[object]):
    """The mean time, in minutes, between consecutive incidents."""

    id = serializers.IntegerField()
    label: Any = serializers.CharField(allow_null=True)
    incidents = serializers.IntegerField()
    mtbf = serializers.FloatField()


class FailureLists(serializers.Serializer[object]):
    """Records with at least two failures, most frequent first."""

    components = FailureFigures(many=True)
    products = FailureFigures(many=True)


class AnalyticsAnswer(serializers.Serializer[object]):
    """Figures about the incidents in the caller's scope."""

    to = serializers.DateTimeField()
    interval = serializers.ChoiceField(choices=Interval.choices)
    group_by = serializers.ChoiceField(choices=GroupBy.choices, allow_null=True)
    groups = AnalyticsGroup(many=True)
    mtbf = FailureLists()

    def get_fields(self) -> dict[str, serializers.Field[object, object, object, object]]:
        """Adds `from`, which is a Python keyword and cannot be a class attribute."""
        return {"from": serializers.DateTimeField(), **super().get_fields()}


TIME = {
    "anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}],
    "description": "An ISO 8601 date or time; by default in UTC.",
}
QUESTION = (
    query("from", TIME, "The start, inclusive; by default 30 days before the end."),
    query("to", TIME, "The end, exclusive (a date includes the whole day); by default now."),
    query("interval", {"type": "string", "enum": list(Interval.values), "default": str(Interval.DAY)}, "In UTC."),
    query("group_by", {"type": "string", "enum": list(GroupBy.values)}, "Figures for each of these."),
)
AS_TABLE = {TableRenderer.media_type: {"type": "string"}}
