"""Who, beyond the role: guards of incidents."""

from collections.abc import Mapping
from typing import Any

from core.codes import Code
from core.operations import duty
from incidents.severity import lower
from users.choices import IM, VC


def is_initiator(person: Any, incident: Any) -> bool:
    """Initiators of an incident are who created its record, and its reporter."""
    return person.pk in (incident.created_by_id, incident.reporter_id)


def lowers_severity(incident: Any, data: Mapping[str, Any]) -> bool:
    return "severity" in data and lower(data["severity"], incident.severity)


@duty(
    "A vendor contact creates incidents on components of the own vendor's products only.",
    code=Code.OUT_OF_SCOPE,
    field="component_id",
    needs_body=True,
)
def own_vendors_component(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    """A component of another vendor is unreadable and has been refused before: here, one must be named."""
    return actor.role != VC or data.get("component") is not None


@duty(
    "Only an incident manager lowers a severity.",
    code=Code.ROLE_NOT_PERMITTED,
    field="severity",
    next="Ask an incident manager who is not an initiator of the incident.",
    needs_body=True,
)
def lowering_by_incident_manager(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return actor.role == IM or not lowers_severity(target, data)


@duty(
    "An initiator of an incident does not lower its severity.",
    code=Code.SEGREGATION_OF_DUTIES,
    field="severity",
    next="Ask an incident manager who is not an initiator of the incident.",
    needs_body=True,
)
def lowering_not_by_initiator(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return not is_initiator(actor, target) or not lowers_severity(target, data)
