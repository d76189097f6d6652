"""Handoffs to a person (the policy's transfer_to_human): creating, accepting and closing them."""

from typing import Any

from approvals.choices import HANDOFFS, HandoffStatus
from approvals.models import Handoff
from approvals.serializers import CloseHandoffBody, HandoffBody, HandoffOutput
from core.codes import Code
from core.context import current
from core.models import server_time
from core.operations.lifecycle import require_transition
from core.operations.registry import InPerson, operation
from core.verbs import Verb
from users.choices import EX, IM, SA
from users.models import User

HANDLERS = {IM, SA, EX}


@operation(
    "handoff.create",
    roles=None,
    verb=Verb.CREATE,
    subject="handoff",
    body=HandoffBody,
    answers=HandoffOutput,
    moves=HANDOFFS.new(),
    raises=[Code.INVALID_REFERENCE],
    condition="the body that a refusal offers as `handoff` is accepted as it is",
    granted=True,
)
def create_handoff(*, actor: User, reference: Any = None, **fields: Any) -> Handoff:
    """Hand a request that the caller may not or cannot complete to a person. It records the caller and their agent."""
    act = current()
    handoff = Handoff(agent=act.agent, request_id=act.request_id, **fields)
    if reference is not None:
        handoff.reference_type, handoff.reference_id = reference.entity_type, reference.pk
    handoff.save()
    return handoff


@operation(
    "handoff.accept",
    roles=HANDLERS,
    verb=Verb.UPDATE,
    target="handoff",
    answers=HandoffOutput,
    moves=HANDOFFS.to(HandoffStatus.ACCEPTED),
    in_person=InPerson.ALWAYS,
)
def accept_handoff(*, actor: User, handoff: Handoff) -> Handoff:
    """Accept a handoff. Raises Refusal: invalid_transition (already accepted)."""
    require_transition(HANDOFFS, handoff, HandoffStatus.ACCEPTED)
    return handoff.change(status=HandoffStatus.ACCEPTED, accepted_by=actor, accepted_at=server_time(handoff))


@operation(
    "handoff.close",
    roles=HANDLERS,
    verb=Verb.CLOSE,
    target="handoff",
    body=CloseHandoffBody,
    answers=HandoffOutput,
    moves=HANDOFFS.to(HandoffStatus.CLOSED),
    in_person=InPerson.ALWAYS,
    condition="outcome required",
)
def close_handoff(*, actor: User, handoff: Handoff, outcome: str) -> Handoff:
    """Close an accepted handoff with its outcome. Raises Refusal: invalid_transition."""
    require_transition(HANDOFFS, handoff, HandoffStatus.CLOSED, next="Accept the handoff first.")
    return handoff.change(status=HandoffStatus.CLOSED, closed_by=actor, closed_at=server_time(handoff), outcome=outcome)
