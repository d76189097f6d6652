"""Duties of articles, reviews and action items."""

from collections.abc import Mapping
from typing import Any

from core.codes import Code
from core.operations.conditions import duty
from incidents.duties import ever_resolved, is_high_severity, is_initiator
from users.choices import EX, IM, TS


@duty("An article may be edited and submitted by its author or an incident manager.", code=Code.OUT_OF_SCOPE)
def author_or_manager(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.author_id == actor.pk or actor.role == IM)


@duty(
    "The reviewer of an article cannot be its author.",
    code=Code.SEGREGATION_OF_DUTIES,
    field="reviewer_user_id",
    next="Choose another reviewer.",
    needs_body=True,
)
def reviewer_is_another(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    """Evaluated for the resulting article; an update that changes neither person is exempt."""
    if target is not None and not {"author", "reviewer_user"} & set(data):
        return True
    author = data.get("author") or (target.author if target else actor)
    reviewer = data["reviewer_user"] if "reviewer_user" in data else getattr(target, "reviewer_user", None)
    return reviewer is None or reviewer.pk != author.pk


@duty(
    "Authors cannot review their own articles: neither the author nor the writer of a revision.",
    code=Code.SEGREGATION_OF_DUTIES,
    next="Ask someone who has not written any part of the article.",
)
def not_a_writer(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    """All revisions count, not only the last: otherwise a second editor would hide the first one."""
    return bool(target.author_id != actor.pk and not target.revisions.filter(writer=actor).exists())


@duty("Technical support may review articles only as the assigned reviewer.", code=Code.OUT_OF_SCOPE)
def support_as_assigned_reviewer(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(actor.role != TS or target.reviewer_user_id == actor.pk)


INDEPENDENT_REVIEWER = (
    "Leave the review to someone who neither resolved the incident nor, at high severity, initiated it."
)


def _is_independent(person: Any, incident: Any) -> bool:
    """Whether a person is independent enough to review an incident's response (SOP 25)."""
    return not (ever_resolved(person, incident) or (is_high_severity(incident) and is_initiator(person, incident)))


@duty(
    "The review cannot be conducted by someone who ever resolved the incident or, at high severity, initiated it.",
    code=Code.SEGREGATION_OF_DUTIES,
    next=INDEPENDENT_REVIEWER,
)
def reviews_apart(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return _is_independent(actor, target.incident)


@duty(
    "The facilitator cannot be someone who ever resolved the incident or, at high severity, initiated it.",
    code=Code.SEGREGATION_OF_DUTIES,
    field="facilitator_user_id",
    next="Choose another facilitator.",
    needs_body=True,
)
def facilitates_apart(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    """Applies to new reviews, to a new facilitator, and to the current one when the review proceeds."""
    facilitator = data.get("facilitator_user") or (target.facilitator_user if target else None)
    incident = target.incident if target else data.get("incident")
    return facilitator is None or incident is None or _is_independent(facilitator, incident)


@duty("An action item may be changed by its owner, an incident manager or an executive.", code=Code.OUT_OF_SCOPE)
def owner_or_lead(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.owner_id == actor.pk or actor.role in {IM, EX})
