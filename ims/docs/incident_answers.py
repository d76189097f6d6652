"""Answers about incidents that are no plain records."""

from rest_framework import serializers

from clients.choices import Severity
from core.schema import describe


class ClassificationAnswer(serializers.Serializer[object]):
    """The severity that stated facts give, the clause that decided, and every clause of that severity that holds."""

    severity = serializers.ChoiceField(choices=Severity.choices)
    rule = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField())


def describe_incident_answers() -> None:
    """Tell the description of every answer about incidents that is no plain record."""
    describe("incidents_classify", ClassificationAnswer)
