"""The serializers of articles, reviews and action items."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from core.reading.serializers import Output, outputs
from knowledge.models import ActionItem, Article, ArticleRevision, PostIncidentReview
from knowledge.rendering import body_html

# Fields that client and vendor contacts do not see: the internal publication process.
INTERNAL = frozenset({"reviewer_user_id", "reviewed_by_id", "review_comment", "imported_violations"})


class ArticleOutput(Output):
    """An article without its body. Searches add `snippet`, HTML in which only `<mark>` is markup."""

    view_count = serializers.SerializerMethodField()
    snippet = serializers.SerializerMethodField()

    class Meta:
        model = Article
        fields = outputs(
            "title",
            "content_type",
            "category",
            "author_id",
            "reviewer_user_id",
            "incident_id",
            "status",
            "review_comment",
            "reviewed_by_id",
            "published_at",
            "view_count",
            "snippet",
            "imported_violations",
        )
        requires: dict[str, tuple[str, ...]] = {"view_count": ("earlier_views", "views__count")}

    @staticmethod
    def get_view_count(row: dict[str, Any]) -> int:
        return int(row["earlier_views"]) + int(row["views__count"] or 0)

    @staticmethod
    def get_snippet(row: dict[str, Any]) -> str:
        return str(row.get("snippet", ""))

    @classmethod
    def visible_fields(cls, viewer: Any) -> Iterable[str] | None:
        fields: Iterable[str] = cls.Meta.fields
        return None if viewer.is_internal else [name for name in fields if name not in INTERNAL]


class ArticleDetail(ArticleOutput):
    """A single article, with its body in Markdown and as sanitised HTML."""

    body_html = serializers.SerializerMethodField()

    class Meta(ArticleOutput.Meta):
        fields = (
            *(name for name in ArticleOutput.Meta.fields if name != "snippet"),
            "body",
            "body_html",
        )
        requires: dict[str, tuple[str, ...]] = {**ArticleOutput.Meta.requires, "body_html": ("body",)}

    snippet = None  # type: ignore[assignment]  # how Django REST takes away an inherited field

    @staticmethod
    def get_body_html(row: dict[str, Any]) -> str:
        return body_html(row["body"])


class SuggestionOutput(ArticleOutput):
    """A suggested article with its score and reasons."""

    score = serializers.IntegerField(read_only=True)
    reasons = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta(ArticleOutput.Meta):
        fields = (*ArticleOutput.Meta.fields, "score", "reasons")


class RevisionOutput(Output):
    class Meta:
        model = ArticleRevision
        fields = outputs("article_id", "number", "title", "body", "writer_id")


class ReviewOutput(Output):
    class Meta:
        model = PostIncidentReview
        fields = outputs(
            "incident_id",
            "scheduled_date",
            "facilitator_user_id",
            "status",
            "timeline_accuracy_rating",
            "communication_effectiveness_rating",
            "technical_response_rating",
            "findings",
            "started_at",
            "completed_at",
            "imported_violations",
        )


class ActionItemOutput(Output):
    class Meta:
        model = ActionItem
        fields = outputs("review_id", "title", "owner_id", "due_date", "status")


class Suggestions(serializers.Serializer[object]):
    """The best matching articles for an incident, best first."""

    results = SuggestionOutput(many=True)
