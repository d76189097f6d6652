"""Duties of resolving, reviewing and closing."""

from collections.abc import Mapping
from typing import Any

from core.codes import Code
from core.operations.registry import duty
from incidents.duties import is_high_severity
from resolution.facts import is_mitigated
from users.choices import IM, TS


@duty(
    "Only an incident manager may use a resolution_code without evidence of mitigation.",
    code=Code.ROLE_NOT_PERMITTED,
    field="resolution_code",
    next="Record the mitigation, or ask an incident manager.",
    needs_body=True,
)
def code_without_evidence_by_manager(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return actor.role == IM or not data.get("resolution_code") or is_mitigated(target)


@duty(
    "Technical support may only close incidents that have never had a high severity.",
    code=Code.ROLE_NOT_PERMITTED,
    next="Ask an incident manager or executive who neither created nor reported the incident.",
)
def high_severity_closed_by_higher_authority(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return not (actor.role == TS and is_high_severity(target))


@duty(
    "The resolver of an incident cannot review its postmortem.",
    code=Code.SEGREGATION_OF_DUTIES,
    next="Ask an incident manager or executive who did not resolve the incident.",
)
def not_the_resolver(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.incident.resolved_by_id != actor.pk)
