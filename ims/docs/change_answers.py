"""Answers about changes that are no plain records."""

from rest_framework import serializers

from changes.serializers import ChangeOutput
from core.schema import describe, extended


class OverlapWarning(serializers.Serializer[object]):
    code = serializers.CharField()
    detail = serializers.CharField()
    change_id = serializers.IntegerField()


ScheduledChange = extended(
    ChangeOutput,
    "ScheduledChange",
    "A change with its window, and a warning for each change whose window on the same component overlaps.",
    warnings=OverlapWarning(many=True),
)


def describe_change_answers() -> None:
    """Tell the description of every answer about changes that is no plain record."""
    describe("change_requests_schedule", ScheduledChange, versioned=True)
