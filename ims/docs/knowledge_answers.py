"""Answers about knowledge that are no plain records."""

from rest_framework import serializers

from core.schema import describe
from knowledge.serializers import SuggestionOutput


class Suggestions(serializers.Serializer[object]):
    """The articles that fit an incident best, the best first."""

    results = SuggestionOutput(many=True)


def describe_knowledge_answers() -> None:
    """Tell the description of every answer about knowledge that is no plain record."""
    describe("incidents_suggested_articles", Suggestions)
