"""Duties of incidents."""

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
    """Whether a person is an initiator of an incident: the creator of its record, or its reporter."""
    return person.pk in (incident.created_by_id, incident.reporter_id)


def is_high_severity(incident: Any) -> bool:
    """Judged by the peak severity: lowering the severity does not avoid the higher authority."""
    return incident.peak_severity in settings.IMS_HIGH_SEVERITIES


def ever_resolved(person: Any, incident: Any) -> bool:
    """Whether a person resolved the incident now or before a reopening, which only the audit trail records."""
    if incident.resolved_by_id == person.pk:
        return True
    resolutions = AuditEntry.objects.filter(reference_type=incident.entity_type, reference_id=incident.pk)
    own = resolutions.filter(user_id=person.pk, origin=Origin.SYSTEM, operation="incident.resolve")
    return bool(own.exists())


def needs_another_person(incident: Any) -> bool:
    """Whether its initiators may neither close nor review it: a high severity, or one not based on facts."""
    return is_high_severity(incident) or not incident.severity_rested_on_facts


def lowers_severity(incident: Any, data: Mapping[str, Any]) -> bool:
    return "severity" in data and lower(data["severity"], incident.severity)


@duty(
    "A vendor contact may only create incidents on components of the vendor's own products.",
    code=Code.OUT_OF_SCOPE,
    field="component_id",
    needs_body=True,
)
def own_vendors_component(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    """Another vendor's component is outside the scope and refused earlier; this duty demands that one is named."""
    return actor.role != VC or data.get("component") is not None


@duty(
    "Only an incident manager may lower a severity.",
    code=Code.ROLE_NOT_PERMITTED,
    field="severity",
    next="Ask an incident manager who is not an initiator of the incident.",
    needs_body=True,
)
def lowering_by_incident_manager(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return actor.role == IM or not lowers_severity(target, data)


@duty(
    "An initiator of an incident may not lower its severity.",
    code=Code.SEGREGATION_OF_DUTIES,
    field="severity",
    next="Ask an incident manager who is not an initiator of the incident.",
    needs_body=True,
)
def lowering_not_by_initiator(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return not is_initiator(actor, target) or not lowers_severity(target, data)


@duty(
    "An initiator may neither close an incident nor review its postmortem, if its severity was ever high or never "
    "based on facts.",
    code=Code.SEGREGATION_OF_DUTIES,
    next="Ask an incident manager or executive who neither created nor reported the incident.",
)
def not_an_initiator(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    """The target is the incident or one of its records, such as its report."""
    incident = getattr(target, "incident", target)
    return not (needs_another_person(incident) and is_initiator(actor, incident))


@done_in_person("lowering severity", needs_body=True)
def lowering_severity(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return lowers_severity(target, data)


@done_in_person("high severity")
def high_severity(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return is_high_severity(target)
