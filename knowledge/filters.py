"""Filters of articles, revisions, reviews and action items."""

from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce
from django_filters.filters import BaseInFilter

from core.reading.filters import StrictFilterSet, WholeNumberFilter, matches
from knowledge.choices import RATINGS
from knowledge.models import ActionItem, Article, ArticleRevision, PostIncidentReview


class ViewCountFilter(WholeNumberFilter):
    """Filters by the total shown. It is stored in two tables, and the second is only joined for this filter."""

    def filter(self, queryset: Any, value: Any) -> Any:
        counted = queryset.alias(view_count=F("earlier_views") + Coalesce(F("views__count"), 0))
        return super().filter(counted, value)  # type: ignore[no-untyped-call]


class ViewCountInFilter(BaseInFilter, ViewCountFilter):
    pass


class ArticleFilters(StrictFilterSet):
    view_count = ViewCountFilter()  # type: ignore[no-untyped-call]
    view_count__in = ViewCountInFilter(field_name="view_count", lookup_expr="in")  # type: ignore[no-untyped-call]
    view_count__gte = ViewCountFilter(field_name="view_count", lookup_expr="gte")  # type: ignore[no-untyped-call]
    view_count__lte = ViewCountFilter(field_name="view_count", lookup_expr="lte")  # type: ignore[no-untyped-call]

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
