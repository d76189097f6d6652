"""Articles, reviews and action items, with their constraints."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from core.models import IMPORTED, MARKED, Record
from knowledge.choices import (
    HIGHEST_RATING,
    LOWEST_RATING,
    RATINGS,
    UNFINISHED,
    ArticleCategory,
    ArticleStatus,
    ContentType,
    ItemStatus,
    ReviewStatus,
)
from knowledge.querysets import ActionItemQuerySet, ArticleQuerySet, ReviewQuerySet, RevisionQuerySet


def _person(**options: Any) -> Any:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", **options)


def _rating() -> Any:
    return models.PositiveSmallIntegerField(
        null=True, validators=[MinValueValidator(LOWEST_RATING), MaxValueValidator(HIGHEST_RATING)]
    )


class Article(Record):
    """A knowledge base article in Markdown. `earlier_views` are imported views."""

    entity_type = "kb_article"

    title = models.CharField(max_length=200)
    content_type = models.CharField(max_length=20, choices=ContentType.choices)
    category = models.CharField(max_length=20, choices=ArticleCategory.choices)
    body = models.TextField(blank=True)
    author = _person()
    reviewer_user = _person(null=True, blank=True)
    incident = models.ForeignKey("incidents.Incident", models.PROTECT, null=True, blank=True, related_name="articles")
    status = models.CharField(max_length=12, choices=ArticleStatus.choices, default=ArticleStatus.DRAFT)
    review_comment = models.TextField(blank=True)
    reviewed_by = _person(null=True, db_index=False)
    published_at = models.DateTimeField(null=True)
    earlier_views = models.PositiveIntegerField(default=0, editable=False)

    objects: ClassVar[Any] = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(content_type__in=ContentType.values), name="article_content_type_valid"),
            models.CheckConstraint(condition=Q(category__in=ArticleCategory.values), name="article_category_valid"),
            models.CheckConstraint(condition=Q(status__in=ArticleStatus.values), name="article_status_valid"),
            models.CheckConstraint(
                condition=IMPORTED | Q(reviewer_user__isnull=True) | ~Q(reviewer_user=F("author")),
                name="article_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=IMPORTED | Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("author")),
                name="article_judged_by_another",
            ),
            models.CheckConstraint(
                condition=IMPORTED
                | MARKED
                | Q(status__in=(ArticleStatus.DRAFT, ArticleStatus.IN_REVIEW))
                | Q(reviewed_by__isnull=False, published_at__isnull=False),
                name="article_publisher_known",
            ),
        ]
        indexes = [models.Index(fields=["status", "-id"], name="article_status_newest")]

    def __str__(self) -> str:
        return self.title


class ArticleRevision(Record):
    """An earlier title and body of an article, with its writer."""

    entity_type = "kb_article_revision"

    article = models.ForeignKey(Article, models.PROTECT, related_name="revisions", db_index=False)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    writer = _person(db_index=False)

    objects: ClassVar[Any] = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="article_revision_number")]

    def __str__(self) -> str:
        return f"revision {self.number} of article {self.article_id}"


class ArticleViews(models.Model):
    """The view counter of an article. It is not a record: incremented in one statement, and not audited."""

    article = models.OneToOneField(Article, models.CASCADE, primary_key=True, related_name="views")
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "article views"

    def __str__(self) -> str:
        return f"{self.count} views of article {self.article_id}"


class PostIncidentReview(Record):
    """The evaluation of a closed incident's response, to identify improvements."""

    entity_type = "post_incident_review"

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="post_incident_reviews")
    scheduled_date = models.DateField()
    facilitator_user = _person()
    status = models.CharField(max_length=12, choices=ReviewStatus.choices, default=ReviewStatus.SCHEDULED)
    timeline_accuracy_rating = _rating()
    communication_effectiveness_rating = _rating()
    technical_response_rating = _rating()
    findings = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ReviewStatus.values), name="review_status_valid"),
            *(
                models.CheckConstraint(
                    condition=IMPORTED
                    | Q(**{f"{name}__isnull": True})
                    | Q(**{f"{name}__range": (LOWEST_RATING, HIGHEST_RATING)}),
                    name=f"review_{name}_range",
                )
                for name in RATINGS
            ),
            models.CheckConstraint(
                condition=IMPORTED
                | ~Q(status=ReviewStatus.COMPLETED)
                | Q(**{f"{name}__isnull": False for name in RATINGS}),
                name="review_completed_with_ratings",
            ),
            models.UniqueConstraint(
                fields=["incident"], condition=Q(status__in=UNFINISHED), name="review_one_unfinished_per_incident"
            ),
        ]
        indexes = [models.Index(fields=["status", "scheduled_date"], name="review_status_date")]

    def __str__(self) -> str:
        return f"review of incident {self.incident_id}"


class ActionItem(Record):
    """An improvement requested by a review, with its owner and due date."""

    entity_type = "action_item"

    review = models.ForeignKey(PostIncidentReview, models.PROTECT, related_name="action_items", db_index=False)
    title = models.CharField(max_length=200)
    owner = _person()
    due_date = models.DateField()
    status = models.CharField(max_length=8, choices=ItemStatus.choices, default=ItemStatus.OPEN)

    objects: ClassVar[Any] = ActionItemQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ItemStatus.values), name="action_item_status_valid")
        ]
        indexes = [models.Index(fields=["review", "-id"], name="action_item_newest")]

    def __str__(self) -> str:
        return self.title
