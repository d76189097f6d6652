"""Articles, reviews and action items over HTTP."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from core.http.nested import NestedListViewSet
from core.http.views import ListViewSet, OperationView, RecordViewSet, creates, updates, write
from core.operations.dispatch import Discovery
from core.operations.fields import MAX_ID
from core.reading.collections import Collection, related
from core.reading.discovery import READ
from core.schema import answers
from incidents.views import INCIDENTS
from knowledge.collection import FullTextCollection
from knowledge.counter import count_view
from knowledge.filters import ActionItemFilters, ArticleFilters, ReviewFilters, RevisionFilters
from knowledge.models import ActionItem, Article, ArticleRevision, PostIncidentReview
from knowledge.querysets import review_readable
from knowledge.serializers import (
    ActionItemOutput,
    ArticleDetail,
    ArticleOutput,
    ReviewOutput,
    RevisionOutput,
    Suggestions,
)
from knowledge.suggestions import suggested_articles

ARTICLES = FullTextCollection(
    Article,
    ArticleOutput,
    ArticleFilters,
    label="title",
    search=("title", "body"),
    detail=ArticleDetail,
    relations=related("author", "reviewer_user", "reviewed_by", "incident"),
)
REVISIONS = Collection(
    ArticleRevision,
    RevisionOutput,
    RevisionFilters,
    label="title",
    search=("title", "body"),
    ordering=("id", "created_at"),
    relations=related("writer"),
)
REVIEWS = Collection(
    PostIncidentReview,
    ReviewOutput,
    ReviewFilters,
    label="incident__title",
    search=("findings", "incident__title"),
    relations=related("incident", "facilitator_user"),
)
ACTION_ITEMS = Collection(
    ActionItem,
    ActionItemOutput,
    ActionItemFilters,
    label="title",
    search=("title",),
    relations=related("owner"),
)


class ArticleViewSet(RecordViewSet):
    collection = ARTICLES
    create = creates("article.create")
    partial_update = updates("article.update")
    submit = write("article.submit", path="submit")
    publish = write("article.publish", path="publish")
    return_ = write("article.return", path="return")
    archive = write("article.archive", path="archive")

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read one article, and count the view."""
        response = super().retrieve(request, *args, **kwargs)
        count_view(int(kwargs["pk"]))
        if "view_count" in response.data:
            response.data["view_count"] += 1
        return response


class ReviewViewSet(RecordViewSet):
    collection = REVIEWS
    create = creates("review.create")
    partial_update = updates("review.update")
    start = write("review.start", path="start")
    complete = write("review.complete", path="complete")
    cancel = write("review.cancel", path="cancel")


class RevisionViewSet(NestedListViewSet):
    """The revisions of an article."""

    collection = REVISIONS
    parent_filter = "article_id"

    def parent_readable(self, user: Any, pk: int) -> bool:
        return bool(user.is_internal and ARTICLES.scoped(user).filter(pk=pk).exists())


def named_item(request: Request) -> int | None:
    """The id of the item in the path, if it belongs to the review in the path."""
    named: dict[str, Any] = (request.parser_context or {})["kwargs"]
    review_id, item_id = int(named["pk"]), int(named["item_id"])
    if max(review_id, item_id) > MAX_ID:
        return None
    found: int | None = ActionItem.objects.of_review(review_id).filter(pk=item_id).values_list("pk", flat=True).first()
    return found


class ActionItemViewSet(NestedListViewSet):
    """The action items of a review."""

    collection = ACTION_ITEMS
    parent_filter = "review_id"
    create = creates("review.add_action_item")
    partial_update = write("review.update_action_item", target=named_item)

    def parent_readable(self, user: Any, pk: int) -> bool:
        return review_readable(user, pk)


class AllActionItemsViewSet(ListViewSet):
    """The action items of all reviews, for owners who do not know the reviews."""

    collection = ACTION_ITEMS


class SuggestionView(OperationView):
    """Suggested articles for an incident."""

    collection = INCIDENTS
    operations = {"suggested_articles": READ}

    @answers(Suggestions)
    def suggested_articles(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read published articles that may help with an incident: similar component, product, category or words."""
        pk = min(int(kwargs["pk"]), MAX_ID)
        readable = INCIDENTS.scoped(request.user).select_related("component")
        found = self.read(
            lambda incident, query: suggested_articles(incident, request.user),
            get_target=lambda: readable.filter(pk=pk).first(),
            discovery=Discovery(Article.entity_type, filters={"suggested_for_incident_id": pk}),
        )
        return Response({"results": found})
