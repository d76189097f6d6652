"""Old knowledge base articles and post-incident reviews."""

from ims.legacy import knowledge_rules, rules
from ims.legacy.columns import CREATED, CREATED_AND_UPDATED, NAME, TIMES, own_id
from ims.legacy.readers import Reference, choice, day, number, required
from ims.legacy.schema import Cell, Table, column
from knowledge.choices import HIGHEST_RATING, LOWEST_RATING
from knowledge.models import Article, PostIncidentReview

# The range of a small integer column in both databases.
MAX_RATING = 2**15 - 1


def rating(cell: Cell) -> int | None:
    """A rating. One outside the current scale is kept and reported."""
    mark = number(cell)
    if mark is not None and mark > MAX_RATING:
        cell.reject(f"must be from 0 to {MAX_RATING}")
    if mark is not None and not LOWEST_RATING <= mark <= HIGHEST_RATING:
        cell.add_violation("rating_in_range", f"{mark} is not from {LOWEST_RATING} to {HIGHEST_RATING}")
    return mark


ARTICLES = Table(
    "knowledge_base_articles",
    key="article_id",
    entity_type="kb_article",
    model=Article,
    columns=(
        own_id("article_id"),
        column("title", NAME, "title"),
        column("content_type", choice(), "content_type"),
        column("category", choice(), "category"),
        column("author", required(Reference("users")), "author_id"),
        column("reviewer_user", Reference("users"), "reviewer_user_id"),
        column("incident", Reference("incidents"), "incident_id"),
        column("status", choice(), "status"),
        column("earlier_views", number, "view_count"),
        *CREATED_AND_UPDATED,
    ),
    rules=(
        *TIMES,
        knowledge_rules.written_by_permitted_role,
        knowledge_rules.reviewer_of_permitted_role,
        knowledge_rules.reviewed_by_another,
        knowledge_rules.published_after_review,
    ),
)

REVIEWS = Table(
    "post_incident_reviews",
    key="pir_id",
    entity_type="post_incident_review",
    model=PostIncidentReview,
    columns=(
        own_id("pir_id"),
        column("incident", required(Reference("incidents")), "incident_id"),
        column("scheduled_date", required(day), "scheduled_date"),
        column("facilitator_user", required(Reference("users")), "facilitator_user_id"),
        column("status", choice(), "status"),
        column("timeline_accuracy_rating", rating, "timeline_accuracy_rating"),
        column("communication_effectiveness_rating", rating, "communication_effectiveness_rating"),
        column("technical_response_rating", rating, "technical_response_rating"),
        *CREATED,
    ),
    rules=(
        rules.not_from_the_future,
        knowledge_rules.review_of_closed_incident,
        knowledge_rules.facilitator_fits,
        knowledge_rules.completed_with_ratings,
        knowledge_rules.scheduled_after_it_was_made,
    ),
)
