"""Duties of response records."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from audit.choices import Origin
from audit.models import AuditEntry
from core.codes import Code
from core.operations.registry import duty
from users.choices import EX, IM

# The findings of an analysis: their authors conducted it.
FINDINGS = ("root_cause", "summary")


@duty("An escalation may be answered by its target, or by an incident manager or executive.", code=Code.OUT_OF_SCOPE)
def target_or_lead(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.target_user_id == actor.pk or actor.role in {IM, EX})


@duty(
    "Requesters cannot answer their own escalations.",
    code=Code.SEGREGATION_OF_DUTIES,
    next="Leave it to its target, or to an incident manager or executive who did not request it.",
)
def not_own_escalation(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.requested_by_id != actor.pk)


@duty(
    "Analysts cannot approve or reject their own analysis.",
    code=Code.SEGREGATION_OF_DUTIES,
    next="Ask an incident manager who did not conduct the analysis.",
)
def not_the_analyst(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    """The assignee, everyone who ever completed it, and everyone who wrote findings; neither a rejection nor a
    reassignment changes that.
    """
    return actor.pk not in (target.assigned_to_id, target.completed_by_id) and not _conducted(actor, target)


def _conducted(person: Any, analysis: Any) -> bool:
    """Whether the audit trail names a person as an analyst; the record only stores who completed it last."""
    written = AuditEntry.objects.filter(reference_type=analysis.entity_type, reference_id=analysis.pk)
    by_person = written.filter(user_id=person.pk, origin=Origin.SYSTEM)
    conducted = Q(operation="rca.complete") | Q(operation="rca.update", changes__has_any_keys=FINDINGS)
    return bool(by_person.filter(conducted).exists())
