"""Who, beyond the role: guards of incidents."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from audit.choices import Origin
from audit.models import AuditEntry
from core.codes import Code
from core.operations.registry import done_in_person, duty
from incidents.severity import lower
from users.choices import IM, VC


def is_initiator(person: Any, incident: Any) -> bool:
    """Initiators of an incident are who created its record, and its reporter."""
    return person.pk in (incident.created_by_id, incident.reporter_id)


def is_high_severity(incident: Any) -> bool:
    """Judged by the highest severity the incident ever had: lowering it does not get round higher authority."""
    return incident.peak_severity in settings.IMS_HIGH_SEVERITIES


def ever_resolved(person: Any, incident: Any) -> bool:
    """Whether somebody resolved the incident, or did before a reopening; that, only the trail remembers."""
    if incident.resolved_by_id == person.pk:
        return True
    resolutions = AuditEntry.objects.filter(reference_type=incident.entity_type, reference_id=incident.pk)
    own = resolutions.filter(user_id=person.pk, origin=Origin.SYSTEM, operation="incident.resolve")
    return bool(own.exists())


def needs_another_person(incident: Any) -> bool:
    """Whether its initiators neither close nor review it: high severity, or one that rests on their word alone."""
    return is_high_severity(incident) or not incident.severity_rested_on_facts


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


@duty(
    "An initiator of an incident of high severity, or of one that no facts ever gave, neither closes it nor reviews "
    "its postmortem.",
    code=Code.SEGREGATION_OF_DUTIES,
    next="Ask an incident manager or executive who neither created nor reported the incident.",
)
def not_an_initiator(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    """The target is the incident, or a record of it such as its report."""
    incident = getattr(target, "incident", target)
    return not (needs_another_person(incident) and is_initiator(actor, incident))


@done_in_person("lowering severity", needs_body=True)
def lowering_severity(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return lowers_severity(target, data)


@done_in_person("high severity")
def high_severity(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return is_high_severity(target)
