"""SOP 15: Managing Incident Escalations."""

from typing import Any

from core.codes import Code
from core.hooks import hooks
from core.models import server_time
from core.operations.lifecycle import require_transition
from core.operations.registry import operation
from core.sql.locking import locking
from core.verbs import Verb
from incidents.choices import INCIDENT_MOVES, IncidentStatus
from incidents.lifecycle import acknowledge, require_move
from incidents.models import Escalation, Incident
from incidents.response.choices import ESCALATION_MOVES, LEVEL_OF_ROLE, EscalationStatus
from incidents.response.duties import not_own_escalation, target_or_lead
from incidents.response.serializers import EscalationBody, EscalationOutput
from incidents.service_levels.timers import change_stamped
from users.choices import AM, EX, IM, TS
from users.models import User


@operation(
    "escalation.create",
    sop=15,
    roles={IM, TS, AM, EX},
    verb=Verb.ESCALATE,
    subject="escalation",
    body=EscalationBody,
    answers=EscalationOutput,
    moves=(ESCALATION_MOVES.new(), INCIDENT_MOVES.to(IncidentStatus.ESCALATED)),
    raises=[Code.PRECONDITION_FAILED],
)
def create_escalation(*, actor: User, incident: Incident, target_user: User, **fields: Any) -> Escalation:
    """Escalate an incident to a person; its status becomes escalated in the same transaction.

    SOP 15. Raises Refusal: invalid_transition (resolved or closed), precondition_failed (supervision_missing).
    """
    incident = locking(Incident.objects).get(pk=incident.pk)
    level = LEVEL_OF_ROLE[target_user.role]
    fields["escalation_level"] = level
    escalation = Escalation(incident=incident, requested_by=actor, target_user=target_user, **fields)
    if incident.status != IncidentStatus.ESCALATED:
        require_move(incident, IncidentStatus.ESCALATED)
        change_stamped(incident, status=IncidentStatus.ESCALATED)
        hooks.changed(incident)
    escalation.save()
    return escalation


@operation(
    "escalation.acknowledge",
    sop=15,
    roles=None,
    verb=Verb.UPDATE,
    target="escalation",
    answers=EscalationOutput,
    moves=ESCALATION_MOVES.to(EscalationStatus.ACKNOWLEDGED),
    duties=[target_or_lead, not_own_escalation],
    condition="the target user, or an IM or EX who did not request it",
)
def acknowledge_escalation(*, actor: User, escalation: Escalation) -> Escalation:
    """Acknowledge an escalation; the first acknowledgement also acknowledges the incident.

    SOP 15. Raises Refusal: invalid_transition, out_of_scope, segregation_of_duties.
    """
    require_transition(ESCALATION_MOVES, escalation, EscalationStatus.ACKNOWLEDGED)
    incident = locking(Incident.objects).get(pk=escalation.incident_id)
    if incident.acknowledged_at is None:
        acknowledge(incident)
        change_stamped(incident)
        hooks.changed(incident)
    return escalation.change(status=EscalationStatus.ACKNOWLEDGED, acknowledged_at=server_time(escalation, incident))


@operation(
    "escalation.resolve",
    sop=15,
    roles=None,
    verb=Verb.RESOLVE,
    target="escalation",
    answers=EscalationOutput,
    moves=ESCALATION_MOVES.to(EscalationStatus.RESOLVED),
    duties=[target_or_lead, not_own_escalation],
    condition="the target user, or an IM or EX who did not request it",
)
def resolve_escalation(*, actor: User, escalation: Escalation) -> Escalation:
    """Resolve an escalation. SOP 15. Raises Refusal: invalid_transition, out_of_scope, segregation_of_duties."""
    require_transition(ESCALATION_MOVES, escalation, EscalationStatus.RESOLVED)
    return escalation.change(status=EscalationStatus.RESOLVED, resolved_at=server_time(escalation))
