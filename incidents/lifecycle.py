"""Moves of an incident through its lifecycle, and what must hold before any of them."""

from django.utils import timezone

from core.codes import Code
from core.errors import Item, Refusal
from core.operations.lifecycle import Moves, allowed_from, may_move
from incidents.choices import (
    INCIDENT_MOVES,
    REOPEN_ENDPOINT,
    STATUS_ENDPOINTS,
    UPDATE_ENDPOINT,
    UPDATE_MOVES,
    IncidentStatus,
)
from incidents.models import Incident
from users.choices import IM

LIFECYCLE = "incident_lifecycle"


def require_move(incident: Incident, new_status: str, *, moves: Moves | None = None) -> None:
    """Refuse a transition that the operation at work does not declare, or that lacks supervision.

    `moves` are those to judge by where nothing is carried out. The allowed statuses are listed, each with the request
    that leads there. Raises Refusal: invalid_transition, precondition_failed.
    """
    row = (incident.status, new_status)
    if not (may_move(INCIDENT_MOVES, *row) if moves is None else row in moves):
        raise _no_such_move(incident, new_status)
    require_supervision(incident)


def require_not_closed(incident: Incident) -> None:
    """Closed is final, for fields as well as for the status. Raises Refusal: invalid_transition."""
    if incident.status == IncidentStatus.CLOSED:
        detail = f"{incident.incident_code} is closed, and a closed incident is final."
        item = Item("invalid_transition", detail, "status", {"allowed": [], "status": str(incident.status)})
        advice = "Create a new incident if the problem occurs again."
        raise Refusal(Code.INVALID_TRANSITION, detail, rule=LIFECYCLE, errors=[item], next=advice)


def require_supervision(incident: Incident) -> None:
    """An incident created by a vendor contact moves only under an assigned, active incident manager.

    Raises Refusal: precondition_failed (supervision_missing).
    """
    if not incident.vendor_initiated:
        return
    manager = incident.assigned_manager
    if manager is not None and manager.role == IM and manager.may_act:
        return
    detail = "A vendor contact created this incident: it needs an assigned, active incident manager first."
    item = Item("supervision_missing", detail, "assigned_manager_id")
    advice = f"Assign an incident manager with {endpoint(UPDATE_ENDPOINT, incident)}."
    raise Refusal(Code.PRECONDITION_FAILED, detail, rule="vendor_contact_supervision", errors=[item], next=advice)


def acknowledge(incident: Incident) -> None:
    """The first act of work on an incident acknowledges it; later ones do not change the time."""
    incident.acknowledged_at = incident.acknowledged_at or timezone.now()


def endpoint(template: str, incident: Incident) -> str:
    return template.format(id=incident.pk)


def _way(incident: Incident, new_status: str) -> str:
    """The request that leads from the present status to another."""
    if (incident.status, new_status) in UPDATE_MOVES:
        return endpoint(UPDATE_ENDPOINT, incident)
    return endpoint(STATUS_ENDPOINTS.get(new_status, REOPEN_ENDPOINT), incident)


def _no_such_move(incident: Incident, new_status: str) -> Refusal:
    allowed = allowed_from(INCIDENT_MOVES, incident.status)
    ways = {status: _way(incident, status) for status in allowed}
    detail = f"{incident.incident_code} is {incident.status} and cannot become {new_status} by this request."
    facts = {"allowed": allowed, "status": str(incident.status), "requests": ways}
    item = Item("invalid_transition", detail, "status", facts)
    advice = f"Use {ways[new_status]}." if new_status in ways else ""
    return Refusal(Code.INVALID_TRANSITION, detail, rule=LIFECYCLE, errors=[item], next=advice)
