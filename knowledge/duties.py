"""Who, beyond the role, writes and judges articles, and keeps action items."""

from collections.abc import Mapping
from typing import Any

from core.codes import Code
from core.operations.conditions import duty
from incidents.duties import ever_resolved, is_high_severity, is_initiator
from users.choices import EX, IM, TS


@duty("An article is edited and submitted by its author or an incident manager.", code=Code.OUT_OF_SCOPE)
def author_or_manager(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.author_id == actor.pk or actor.role == IM)


@duty(
    "Nobody reviews what they wrote: the reviewer is not the author.",
    code=Code.SEGREGATION_OF_DUTIES,
    field="reviewer_user_id",
    next="Name another reviewer.",
    needs_body=True,
)
def reviewer_is_another(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    """Judged of the article as it will be; an update that touches neither person is not asked."""
    if target is not None and not {"author", "reviewer_user"} & set(data):
        return True
    author = data.get("author") or (target.author if target else actor)
    reviewer = data["reviewer_user"] if "reviewer_user" in data else getattr(target, "reviewer_user", None)
    return reviewer is None or reviewer.pk != author.pk


@duty(
    "Nobody judges what they wrote: neither the author nor the writer of a revision.",
    code=Code.SEGREGATION_OF_DUTIES,
    next="Ask somebody who wrote nothing of the article.",
)
def not_a_writer(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    """Any revision, not the last alone: else a second pair of hands on the text would hide the first."""
    return bool(target.author_id != actor.pk and not target.revisions.filter(writer=actor).exists())


@duty("Technical support judges the articles whose assigned reviewer they are.", code=Code.OUT_OF_SCOPE)
def support_as_assigned_reviewer(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(actor.role != TS or target.reviewer_user_id == actor.pk)


APART = "Leave the review to somebody who neither resolved the incident nor, at high severity, initiated it."


def _is_apart(person: Any, incident: Any) -> bool:
    """Whether somebody may judge how an incident was handled (SOP 25)."""
    return not (ever_resolved(person, incident) or (is_high_severity(incident) and is_initiator(person, incident)))


@duty(
    "Nobody conducts the review of an incident that they ever resolved or, at high severity, initiated.",
    code=Code.SEGREGATION_OF_DUTIES,
    next=APART,
)
def reviews_apart(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return _is_apart(actor, target.incident)


@duty(
    "Nobody facilitates the review of an incident that they ever resolved or, at high severity, initiated.",
    code=Code.SEGREGATION_OF_DUTIES,
    field="facilitator_user_id",
    next="Name another facilitator.",
    needs_body=True,
)
def facilitates_apart(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    """Of a new review, of another facilitator, and of the present one where the review goes on."""
    facilitator = data.get("facilitator_user") or (target.facilitator_user if target else None)
    incident = target.incident if target else data.get("incident")
    return facilitator is None or incident is None or _is_apart(facilitator, incident)


@duty("An action item is kept by its owner, an incident manager or an executive.", code=Code.OUT_OF_SCOPE)
def owner_or_lead(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.owner_id == actor.pk or actor.role in {IM, EX})
