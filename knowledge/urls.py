"""Routes of articles, reviews and action items."""

from django.urls import path

from core.http.routes import Router
from knowledge.views import (
    ActionItemViewSet,
    AllActionItemsViewSet,
    ArticleViewSet,
    ReviewViewSet,
    RevisionViewSet,
    SuggestionView,
)

router = Router()
router.add("knowledge-articles", ArticleViewSet)
router.add("post-incident-reviews", ReviewViewSet)
router.add("action-items", AllActionItemsViewSet)

ITEMS = "post-incident-reviews/<int:pk>/action-items/"

urlpatterns = [
    *router.urls,
    path("knowledge-articles/<int:pk>/revisions/", RevisionViewSet.as_view({"get": "list"})),
    path(ITEMS, ActionItemViewSet.as_view({"get": "list", "post": "create"})),
    path(f"{ITEMS}<int:item_id>/", ActionItemViewSet.as_view({"patch": "partial_update"})),
    path("incidents/<int:pk>/suggested-articles/", SuggestionView.as_view({"get": "suggested_articles"})),
]
