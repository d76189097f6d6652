"""Who, beyond the role: assignment to a client, and what of an agreement an executive governs."""

from collections.abc import Mapping
from typing import Any

from clients.models import AccountAssignment
from clients.tiers import TARGETS
from core.codes import Code
from core.operations import duty, elevation
from users.choices import AM, EX


@duty(
    "An account manager acts only for clients that are assigned to them.",
    code=Code.OUT_OF_SCOPE,
    next="Ask an account manager of this client, or a system administrator to assign you.",
)
def assigned_to_client(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    if actor.role != AM:
        return True
    return AccountAssignment.objects.filter(client_id=target.pk, user_id=actor.pk, ended_at=None).exists()


@elevation("a target or the severity changes", approvers=[EX])
def changes_promise(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    """What was promised to the client becomes something else; a mere change of status does not count."""
    return any(name in data and data[name] != getattr(target, name) for name in ("severity_level", *TARGETS))
