"""SOP 16: reopening after a failed resolution."""

from datetime import datetime

from clients.terms import hold_terms
from core.codes import Code
from core.hooks import hooks
from core.models import server_time
from core.operations.registry import operation
from core.verbs import Verb
from incidents.choices import REOPEN_MOVES, IncidentStatus
from incidents.lifecycle import acknowledge, require_move
from incidents.models import Incident
from incidents.serializers import IncidentDetail
from incidents.service_levels.timers import change_stamped, preserve_response_time
from reporting.choices import VoidReason
from resolution.bodies import ReopenBody
from resolution.models import MitigationConfirmation, Reopening
from resolution.postmortems import void_postmortem
from users.choices import EX, IM, TS
from users.models import User


@operation(
    "incident.reopen",
    sop=16,
    roles={IM, TS, EX},
    verb=Verb.UPDATE,
    target="incident",
    body=ReopenBody,
    answers=IncidentDetail,
    moves=REOPEN_MOVES,
    raises=[Code.DUPLICATE_OPEN_INCIDENT, Code.PRECONDITION_FAILED],
    condition="reason required",
)
def reopen_incident(*, actor: User, incident: Incident, reason: str) -> Incident:
    """Reopen a resolved incident; its postmortem review and mitigation confirmations become void.

    SOP 16. Raises Refusal: invalid_transition, duplicate_open_incident (a duplicate has been opened since).
    """
    require_move(incident, IncidentStatus.IN_PROGRESS)
    Reopening(
        incident=incident,
        reason=reason,
        was_resolved_at=incident.resolved_at,
        was_resolved_by_id=incident.resolved_by_id,
        resolution_summary=incident.resolution_summary,
    ).save()
    _clear_resolution(incident)
    now = server_time(incident)
    _void_confirmations(incident, now)
    hooks.changed(incident)
    void_postmortem(incident, actor, now, VoidReason.REOPENED)
    return incident


def _clear_resolution(incident: Incident) -> None:
    """Clear the former resolution from the incident, except its response time; the reopening keeps a copy."""
    preserve_response_time(incident)
    hold_terms([incident.client_id])
    acknowledge(incident)
    undone = {
        "mitigation_stated": False,
        "resolved_at": None,
        "resolved_by_id": None,
        "resolution_code": "",
        "duplicate_of": None,
    }
    change_stamped(incident, status=IncidentStatus.IN_PROGRESS, resolution_summary="", **undone)


def _void_confirmations(incident: Incident, now: datetime) -> None:
    for confirmation in MitigationConfirmation.objects.valid().filter(incident=incident).order_by("id"):
        confirmation.change(voided_at=now)
