"""Filters of articles, revisions, reviews and action items."""

from core.filters import StrictFilterSet, matches
from knowledge.models import ActionItem, Article, ArticleRevision, PostIncidentReview


class ArticleFilters(StrictFilterSet):
    class Meta:
        model = Article
        fields = matches(
            exact=["content_type", "category", "author_id", "reviewer_user_id", "incident_id", "status"],
            ranges=["published_at"],
        )


class RevisionFilters(StrictFilterSet):
    class Meta:
        model = ArticleRevision
        fields = matches(exact=["article_id", "writer_id"], ranges=["number"])


class ReviewFilters(StrictFilterSet):
    class Meta:
        model = PostIncidentReview
        fields = matches(exact=["incident_id", "facilitator_user_id", "status"], ranges=["scheduled_date"])


class ActionItemFilters(StrictFilterSet):
    class Meta:
        model = ActionItem
        fields = matches(exact=["review_id", "owner_id", "status"], ranges=["due_date"])
