"""Read scopes of articles, reviews and action items."""

from typing import Any, Self

from django.apps import apps

from core.querysets import RecordQuerySet
from knowledge.choices import ArticleStatus


class ArticleQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff: all. Contacts of clients and vendors: published articles."""
        return self.all() if user.is_internal else self.published()

    def published(self) -> Self:
        return self.filter(status=ArticleStatus.PUBLISHED)


class RevisionQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff only: contacts read the published article itself."""
        return self.all() if user.is_internal else self.none()


class ReviewQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff only: reviews are internal."""
        return self.all() if user.is_internal else self.none()


class ActionItemQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff: all. Others: the items they own."""
        return self.all() if user.is_internal else self.filter(owner_id=user.pk)

    def of_review(self, review_id: Any) -> Self:
        return self.filter(review_id=review_id)


def review_readable(user: Any, review_id: Any) -> bool:
    """Whether the items of a review can be listed: the user may read the review or one of its items."""
    reviews = apps.get_model("knowledge.PostIncidentReview").objects.visible_to(user)
    items = apps.get_model("knowledge.ActionItem").objects.visible_to(user)
    return bool(reviews.filter(pk=review_id).exists() or items.of_review(review_id).exists())
