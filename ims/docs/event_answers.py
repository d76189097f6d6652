"""Answers about events that are no plain records."""

from rest_framework import serializers

from core.schema import describe, extended
from incidents.events.choices import Decision
from incidents.events.serializers import CorrelationOutput, EventOutput
from incidents.serializers import IncidentDetail

RecordedEvent = extended(
    EventOutput,
    "RecordedEvent",
    "An event, and whether the same alert was recorded before; then this is its first record, with status 200.",
    already_recorded=serializers.BooleanField(),
)


class CorrelationAnswer(serializers.Serializer[object]):
    """What was decided about events, why, and every record that it concerns."""

    decision = serializers.ChoiceField(choices=Decision.choices)
    reasons = serializers.ListField(child=serializers.CharField())
    incident = IncidentDetail(allow_null=True)
    events = EventOutput(many=True)
    correlations = CorrelationOutput(many=True)


def describe_event_answers() -> None:
    """Tell the description of every answer about events that is no plain record."""
    describe("events_record", RecordedEvent, versioned=True, further=[200])
    describe("events_correlate", CorrelationAnswer)
