"""The rules of SOP 24 and 25 that an old row may break: asked as `rules` says, of the apps' own tables and duties."""

from typing import Any

from ims.legacy.rules import role_permitted
from ims.legacy.schema import World
from incidents.choices import IncidentStatus
from knowledge.choices import EDITABLE, FACILITATORS, RATINGS, UNFINISHED, ReviewStatus
from users.choices import UserStatus


def written_by_permitted_role(article: Any, world: World) -> str:
    return role_permitted("article.create", article.author)


def reviewer_of_permitted_role(article: Any, world: World) -> str:
    return role_permitted("article.publish", article.reviewer_user)


def reviewed_by_another(article: Any, world: World) -> str:
    own = article.reviewer_user_id == article.author_id
    return f"user {article.author_id} is author and reviewer" if own else ""


def published_after_review(article: Any, world: World) -> str:
    if article.status in EDITABLE or article.reviewer_user_id is not None:
        return ""
    return f"{article.status}, yet it names no reviewer"


def review_of_closed_incident(review: Any, world: World) -> str:
    status = review.incident.status
    return f"the incident is {status}" if status != IncidentStatus.CLOSED else ""


def facilitator_fits(review: Any, world: World) -> str:
    """The role always; the account's status only while the review still needs its facilitator."""
    person = review.facilitator_user
    if person.role not in FACILITATORS:
        return f"the facilitator's role is {person.role}"
    needed = review.status in UNFINISHED
    return f"the facilitator is {person.status}" if needed and person.status != UserStatus.ACTIVE else ""


def completed_with_ratings(review: Any, world: World) -> str:
    missing = [name for name in RATINGS if getattr(review, name) is None]
    return f"completed without {', '.join(missing)}" if missing and review.status == ReviewStatus.COMPLETED else ""


def scheduled_after_it_was_made(review: Any, world: World) -> str:
    early = review.scheduled_date < review.created_at.date()
    return f"scheduled for {review.scheduled_date}, before it was recorded" if early else ""
