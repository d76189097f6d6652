"""Transitions of an incident, and their common preconditions."""

from core.codes import Code
from core.errors import Item, Refusal
from core.models import server_time
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
    """Refuse a transition that the current operation does not declare, or that lacks supervision.

    `moves` are the transitions to check when no operation runs. The allowed statuses are listed, each with its request.
    Raises Refusal: invalid_transition, precondition_failed.
    """
    row = (incident.status, new_status)
    if not (may_move(INCIDENT_MOVES, *row) if moves is None else row in moves):
        raise _no_such_move(incident, new_status)
    require_supervision(incident)


def require_not_closed(incident: Incident) -> None:
    """Refuse any change of a closed incident, of its fields as well as its status. Raises Refusal:
    invalid_transition.
    """
    if incident.status == IncidentStatus.CLOSED:
        detail = f"{incident.incident_code} is closed, and a closed incident is final."
        item = Item("invalid_transition", detail, "status", {"allowed": [], "status": str(incident.status)})
        advice = "Create a new incident if the problem recurs."
        raise Refusal(Code.INVALID_TRANSITION, detail, rule=LIFECYCLE, errors=[item], next=advice)


def require_supervision(incident: Incident) -> None:
    """Require an assigned, active incident manager for an incident created by a vendor contact.

    Raises Refusal: precondition_failed (supervision_missing).
    """
    if not incident.vendor_initiated:
        return
    manager = incident.assigned_manager
    if manager is not None and manager.role == IM and manager.may_act:
        return
    detail = "A vendor contact created this incident: it requires an assigned, active incident manager."
    item = Item("supervision_missing", detail, "assigned_manager_id")
    advice = f"Assign an incident manager with {endpoint(UPDATE_ENDPOINT, incident)}."
    raise Refusal(Code.PRECONDITION_FAILED, detail, rule="vendor_contact_supervision", errors=[item], next=advice)


def acknowledge(incident: Incident) -> None:
    """The first work on an incident acknowledges it; later work does not change the time."""
    incident.acknowledged_at = incident.acknowledged_at or server_time(incident)


def endpoint(template: str, incident: Incident) -> str:
    return template.format(id=incident.pk)


def _way(incident: Incident, new_status: str) -> str:
    """The request for the transition from the current status to another."""
    if (incident.status, new_status) in UPDATE_MOVES:
        return endpoint(UPDATE_ENDPOINT, incident)
    return endpoint(STATUS_ENDPOINTS.get(new_status, REOPEN_ENDPOINT), incident)


def _no_such_move(incident: Incident, new_status: str) -> Refusal:
    allowed = allowed_from(INCIDENT_MOVES, incident.status)
    ways = {status: _way(incident, status) for status in allowed}
    detail = (
        f"{incident.incident_code} is {incident.status}; this request does not allow the transition to {new_status}."
    )
    facts = {"allowed": allowed, "status": str(incident.status), "requests": ways}
    item = Item("invalid_transition", detail, "status", facts)
    advice = f"Use {ways[new_status]}." if new_status in ways else ""
    return Refusal(Code.INVALID_TRANSITION, detail, rule=LIFECYCLE, errors=[item], next=advice)
