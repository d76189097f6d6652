"""Types and lifecycles of articles, reviews and action items."""

from django.db.models import TextChoices

from core.operations.lifecycle import Lifecycle
from users.choices import EX, IM, SA, TS


class ContentType(TextChoices):
    TROUBLESHOOTING = "troubleshooting"
    RESOLUTION_STEPS = "resolution_steps"
    PREVENTION_GUIDE = "prevention_guide"
    FAQ = "faq"


class ArticleCategory(TextChoices):
    INCIDENT_RESOLUTION = "incident_resolution"
    PROBLEM_MANAGEMENT = "problem_management"
    CHANGE_MANAGEMENT = "change_management"
    TROUBLESHOOTING = "troubleshooting"
    BEST_PRACTICE = "best_practice"


class ArticleStatus(TextChoices):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class ReviewStatus(TextChoices):
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class ItemStatus(TextChoices):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


ARTICLE_MOVES = Lifecycle(
    "article",
    {
        ArticleStatus.DRAFT: (ArticleStatus.IN_REVIEW,),
        ArticleStatus.IN_REVIEW: (ArticleStatus.PUBLISHED, ArticleStatus.DRAFT),
        ArticleStatus.PUBLISHED: (ArticleStatus.ARCHIVED,),
    },
    initial=ArticleStatus.DRAFT,
)

REVIEW_MOVES = Lifecycle(
    "post-incident review",
    {
        ReviewStatus.SCHEDULED: (ReviewStatus.IN_PROGRESS, ReviewStatus.CANCELLED),
        ReviewStatus.IN_PROGRESS: (ReviewStatus.COMPLETED, ReviewStatus.CANCELLED),
    },
    initial=ReviewStatus.SCHEDULED,
)

ITEM_MOVES = Lifecycle("action item", {ItemStatus.OPEN: (ItemStatus.DONE, ItemStatus.DROPPED)}, initial=ItemStatus.OPEN)

# Statuses of editable articles, and of unfinished reviews.
EDITABLE = (ArticleStatus.DRAFT, ArticleStatus.IN_REVIEW)
UNFINISHED = (ReviewStatus.SCHEDULED, ReviewStatus.IN_PROGRESS)

RATINGS = ("timeline_accuracy_rating", "communication_effectiveness_rating", "technical_response_rating")
LOWEST_RATING, HIGHEST_RATING = 1, 5

# Roles that may write articles (SOP 24), and roles that may review them.
AUTHORS = frozenset({TS, IM})
REVIEWERS = frozenset({TS, IM, EX})
# Roles that may facilitate a review: those of SOP 25 and those that work on incidents; never external contacts.
FACILITATORS = frozenset({IM, EX, TS, SA})
