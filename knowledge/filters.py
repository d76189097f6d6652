"""Filters of articles, revisions, reviews and action items."""

from core.filters import StrictFilterSet, matches
from knowledge.choices import RATINGS
from knowledge.models import ActionItem, Article, ArticleRevision, PostIncidentReview


class ArticleFilters(StrictFilterSet):
    class Meta:
        model = Article
        fields = matches(
            exact=[
                *("title", "content_type", "category", "incident_id", "status"),
                *("author_id", "reviewer_user_id", "reviewed_by_id"),
            ],
            ranges=["published_at"],
        )


class RevisionFilters(StrictFilterSet):
    class Meta:
        model = ArticleRevision
        fields = matches(exact=["article_id", "title", "writer_id"], ranges=["number"])


class ReviewFilters(StrictFilterSet):
    class Meta:
        model = PostIncidentReview
        fields = matches(
            exact=["incident_id", "facilitator_user_id", "status"],
            ranges=["scheduled_date", "started_at", "completed_at", *RATINGS],
        )


class ActionItemFilters(StrictFilterSet):
    class Meta:
        model = ActionItem
        fields = matches(exact=["review_id", "title", "owner_id", "status"], ranges=["due_date"])
