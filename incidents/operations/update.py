"""SOP 14: Updating Incident Status."""

from collections.abc import Iterable
from typing import Any

from clients.models import Client
from core.codes import Code
from core.hooks import hooks
from core.models import server_time
from core.operations.registry import operation
from core.verbs import Verb
from incidents.affected import set_affected_clients
from incidents.bodies import IncidentUpdateBody
from incidents.choices import UPDATE_MOVES
from incidents.duties import lowering_by_incident_manager, lowering_not_by_initiator, lowering_severity
from incidents.lifecycle import acknowledge, require_move, require_not_closed
from incidents.models import Incident
from incidents.serializers import IncidentDetail
from incidents.service_levels.timers import TERM_FIELDS, stamp
from incidents.severity import OVERRIDDEN, STATED, higher_of, lower
from incidents.severity_updates import basis_of, contradiction, reclassify
from users.choices import EX, IM, TS
from users.models import User

# Fields of an incident that decide its severity.
JUDGED_BY = ("classification", "affected_changed_at")


@operation(
    "incident.update",
    sop=14,
    roles={IM, TS, EX},
    verb=Verb.UPDATE,
    target="incident",
    body=IncidentUpdateBody,
    answers=IncidentDetail,
    moves=UPDATE_MOVES,
    duties=[lowering_by_incident_manager, lowering_not_by_initiator],
    in_person=lowering_severity,
    raises=[Code.DUPLICATE_OPEN_INCIDENT, Code.PRECONDITION_FAILED, Code.SEVERITY_MISMATCH],
    condition="lowering severity: IM only, not an initiator, with severity_override_reason",
)
def update_incident(
    *,
    actor: User,
    incident: Incident,
    status: str | None = None,
    severity: str | None = None,
    affected_clients: Iterable[Client] | None = None,
    **changes: Any,
) -> Incident:
    """Update the status or fields of an incident; changed facts reclassify it.

    SOP 14. Raises Refusal: invalid_transition, precondition_failed (supervision_missing), duplicate_open_incident,
    severity_mismatch, segregation_of_duties and role_not_permitted (lowering a severity).
    """
    require_not_closed(incident)
    before, refusal = basis_of(incident), None
    for name, value in changes.items():
        setattr(incident, name, value)
    # A second change at the same instant leaves the time as it was, so the clients themselves decide.
    others = affected_clients is not None and set_affected_clients(incident, affected_clients)
    if others:
        incident.affected_changed_at = server_time(incident)
    if others or not incident.changes().keys().isdisjoint(JUDGED_BY):
        reclassify(incident, before)
        refusal = contradiction(incident, severity, before) if severity is not None else None
    if severity is not None:
        _set_severity(incident, severity)
    if status is not None:
        require_move(incident, status)
        incident.status = status
        acknowledge(incident)
    _save(incident)
    if refusal is not None:  # a duplicate, which the database detects, takes precedence
        raise refusal
    return incident


def _save(incident: Incident) -> None:
    """Save the incident, with service levels updated for its changes."""
    restamp = not incident.changes().keys().isdisjoint(TERM_FIELDS)
    if restamp:
        stamp(incident)
    incident.save()
    if restamp:
        hooks.changed(incident)


def _set_severity(incident: Incident, severity: str) -> None:
    """Change the severity; the peak only ever rises."""
    if severity == incident.severity:
        return
    incident.severity_rule = OVERRIDDEN if lower(severity, incident.severity) else STATED
    incident.severity = severity
    incident.peak_severity = higher_of(severity, incident.peak_severity)
