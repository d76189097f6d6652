"""The rules of SOP 24 and 25 that an old row may violate (see `rules`), from the apps' own tables and duties."""

from typing import Any

from ims.legacy.rules import role_permitted
from ims.legacy.schema import ImportState
from incidents.choices import IncidentStatus
from knowledge.choices import EDITABLE, FACILITATORS, RATINGS, UNFINISHED, ReviewStatus
from users.choices import UserStatus


def written_by_permitted_role(article: Any, state: ImportState) -> str:
    return role_permitted("article.create", article.author)


def reviewer_of_permitted_role(article: Any, state: ImportState) -> str:
    return role_permitted("article.publish", article.reviewer_user)


def reviewed_by_another(article: Any, state: ImportState) -> str:
    own = article.reviewer_user_id == article.author_id
    return f"user {article.author_id} is author and reviewer" if own else ""


def published_after_review(article: Any, state: ImportState) -> str:
    if article.status in EDITABLE or article.reviewer_user_id is not None:
        return ""
    return f"{article.status}, but it has no reviewer"


def review_of_closed_incident(review: Any, state: ImportState) -> str:
    status = review.incident.status
    return f"the incident is {status}" if status != IncidentStatus.CLOSED else ""


def facilitator_fits(review: Any, state: ImportState) -> str:
    """The role is always checked; the account's status only while the review needs its facilitator."""
    person = review.facilitator_user
    if person.role not in FACILITATORS:
        return f"the facilitator's role is {person.role}"
    needed = review.status in UNFINISHED
    return f"the facilitator is {person.status}" if needed and person.status != UserStatus.ACTIVE else ""


def completed_with_ratings(review: Any, state: ImportState) -> str:
    missing = [name for name in RATINGS if getattr(review, name) is None]
    return f"completed without {', '.join(missing)}" if missing and review.status == ReviewStatus.COMPLETED else ""


def scheduled_after_it_was_made(review: Any, state: ImportState) -> str:
    early = review.scheduled_date < review.created_at.date()
    return f"scheduled for {review.scheduled_date}, before it was recorded" if early else ""
