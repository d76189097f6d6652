"""SOP 25: Managing Post-Incident Reviews."""

from typing import Any

from core.codes import Code
from core.errors import Item, Refusal
from core.models import server_time
from core.operations.lifecycle import require_transition
from core.operations.registry import InPerson, operation
from core.verbs import Verb
from incidents.choices import IncidentStatus
from incidents.models import Incident
from knowledge.bodies import CompleteReviewBody, ReviewBody, ReviewUpdateBody
from knowledge.choices import REVIEW_MOVES, UNFINISHED, ReviewStatus
from knowledge.duties import facilitates_apart, reviews_apart
from knowledge.models import PostIncidentReview
from knowledge.serializers import ReviewOutput
from users.choices import EX, IM
from users.models import User

REVIEWERS = "never resolved the incident; high severity: not an initiator"


@operation(
    "review.create",
    sop=25,
    roles={IM, EX},
    verb=Verb.CREATE,
    subject="post_incident_review",
    body=ReviewBody,
    answers=ReviewOutput,
    moves=REVIEW_MOVES.new(),
    raises=[Code.DUPLICATE, Code.PRECONDITION_FAILED],
    duties=[facilitates_apart],
    condition="incident closed; the facilitator did not resolve it; high severity: is not an initiator",
)
def create_review(*, actor: User, incident: Incident, **fields: Any) -> PostIncidentReview:
    """Schedule the review of a closed incident; an incident has at most one unfinished review.

    SOP 25. Raises Refusal: precondition_failed (incident_not_closed), invalid_reference (incident, facilitator),
    duplicate (an unfinished review of the incident), segregation_of_duties (facilitator).
    """
    if incident.status != IncidentStatus.CLOSED:
        detail = f"Incident {incident.pk} is {incident.status}; only a closed incident can be reviewed."
        item = Item("incident_not_closed", detail, "incident_id", {"status": str(incident.status)})
        raise Refusal(Code.PRECONDITION_FAILED, detail, rule="review_of_closed_incident", errors=[item])
    review = PostIncidentReview(incident=incident, **fields)
    review.save()
    return review


@operation(
    "review.update",
    sop=25,
    roles={IM, EX},
    verb=Verb.REVIEW,
    target="post_incident_review",
    body=ReviewUpdateBody,
    answers=ReviewOutput,
    raises=[Code.PRECONDITION_FAILED],
    duties=[reviews_apart, facilitates_apart],
    condition=REVIEWERS,
)
def update_review(*, actor: User, post_incident_review: PostIncidentReview, **fields: Any) -> PostIncidentReview:
    """Change the date, facilitator, ratings or findings of an unfinished review.

    SOP 25. Raises Refusal: precondition_failed (finished), invalid_reference (facilitator), segregation_of_duties.
    """
    require_unfinished(post_incident_review)
    post_incident_review.change(**fields)
    return post_incident_review


@operation(
    "review.start",
    sop=25,
    roles={IM, EX},
    verb=Verb.REVIEW,
    target="post_incident_review",
    answers=ReviewOutput,
    moves=REVIEW_MOVES.to(ReviewStatus.IN_PROGRESS),
    duties=[reviews_apart, facilitates_apart],
    condition=REVIEWERS,
)
def start_review(*, actor: User, post_incident_review: PostIncidentReview) -> PostIncidentReview:
    """Start a review. SOP 25. Raises Refusal: invalid_transition, segregation_of_duties."""
    return _move(post_incident_review, ReviewStatus.IN_PROGRESS, started_at=server_time(post_incident_review))


@operation(
    "review.complete",
    sop=25,
    roles={IM, EX},
    verb=Verb.REVIEW,
    target="post_incident_review",
    body=CompleteReviewBody,
    answers=ReviewOutput,
    moves=REVIEW_MOVES.to(ReviewStatus.COMPLETED),
    in_person=InPerson.ALWAYS,
    duties=[reviews_apart, facilitates_apart],
    condition=f"three ratings; {REVIEWERS}",
)
def complete_review(*, actor: User, post_incident_review: PostIncidentReview, **fields: Any) -> PostIncidentReview:
    """Complete a review; its three ratings must be given now or earlier.

    SOP 25. Raises Refusal: validation_error (each missing rating), invalid_transition, segregation_of_duties.
    """
    return _move(post_incident_review, ReviewStatus.COMPLETED, completed_at=server_time(post_incident_review), **fields)


@operation(
    "review.cancel",
    sop=25,
    roles={IM, EX},
    verb=Verb.REVIEW,
    target="post_incident_review",
    answers=ReviewOutput,
    moves=REVIEW_MOVES.to(ReviewStatus.CANCELLED),
)
def cancel_review(*, actor: User, post_incident_review: PostIncidentReview) -> PostIncidentReview:
    """Cancel a review. SOP 25. Raises Refusal: invalid_transition."""
    return _move(post_incident_review, ReviewStatus.CANCELLED)


def require_unfinished(review: PostIncidentReview) -> None:
    """Refuse (409) to change a review that is completed or cancelled."""
    if review.status not in UNFINISHED:
        detail = f"The review is {review.status}; only an unfinished one can be changed."
        item = Item("review_finished", detail, "status", {"unfinished": [str(each) for each in UNFINISHED]})
        raise Refusal(Code.PRECONDITION_FAILED, detail, rule="review_changed_until_finished", errors=[item])


def _move(review: PostIncidentReview, status: ReviewStatus, **values: Any) -> PostIncidentReview:
    require_transition(REVIEW_MOVES, review, status)
    review.change(status=status, **values)
    return review
