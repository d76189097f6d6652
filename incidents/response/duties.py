"""Who, beyond the role: guards of what a response leaves."""

from collections.abc import Mapping
from typing import Any

from audit.choices import Origin
from audit.models import AuditEntry
from core.codes import Code
from core.operations.registry import duty
from users.choices import EX, IM

# The requests that write an analysis, and what of it they write.
WRITING, WRITTEN = ("rca.update", "rca.complete"), ("root_cause", "summary")


@duty("An escalation is answered by the person it names, or an incident manager or executive.", code=Code.OUT_OF_SCOPE)
def target_or_lead(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.target_user_id == actor.pk or actor.role in {IM, EX})


@duty(
    "Nobody answers an escalation that they requested.",
    code=Code.SEGREGATION_OF_DUTIES,
    next="Leave it to the person it names, or to an incident manager or executive who did not request it.",
)
def not_own_escalation(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.requested_by_id != actor.pk)


@duty(
    "Nobody approves or rejects the analysis they conducted.",
    code=Code.SEGREGATION_OF_DUTIES,
    next="Ask an incident manager who did not conduct the analysis.",
)
def not_the_analyst(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    """The assignee, who completed it, and who ever wrote of its findings: to hand it on does not undo that."""
    return actor.pk not in (target.assigned_to_id, target.completed_by_id) and not _wrote_of(actor, target)


def _wrote_of(person: Any, analysis: Any) -> bool:
    """Whether the trail knows a person as a writer; the record keeps only who completed it last."""
    written = AuditEntry.objects.filter(reference_type=analysis.entity_type, reference_id=analysis.pk)
    by_person = written.filter(user_id=person.pk, origin=Origin.SYSTEM, operation__in=WRITING)
    return bool(by_person.filter(changes__has_any_keys=WRITTEN).exists())
