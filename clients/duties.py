"""Duties of clients: assignment, and the changes of agreements that need an executive."""

from collections.abc import Mapping
from typing import Any

from clients.models import AccountAssignment
from clients.tiers import TARGETS
from core.codes import Code
from core.hooks import hooks
from core.operations.conditions import changes, duty, elevation
from users.choices import AM, EX


@duty(
    "An account manager may only act for assigned clients.",
    code=Code.OUT_OF_SCOPE,
    next="Ask an account manager of this client, or a system administrator to assign you.",
)
def assigned_to_client(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    if actor.role != AM:
        return True
    return AccountAssignment.objects.filter(client_id=target.pk, user_id=actor.pk, ended_at=None).exists()


@elevation("a target, the severity or the status changes", approvers=[EX])
def changes_agreed_targets(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    """Whether the agreed targets change, by the agreement's terms or by its replacement."""
    return changes(target, data, ("severity_level", "status", "pauses_allowed", *TARGETS))


@elevation("a running clock of an unresolved incident rests on it", approvers=[EX])
def affects_running_clock(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    """Whether a running clock is affected. The target is the client whose calendar is set."""
    return hooks.has_dependants(target)


# The fields of a subscription that determine clocks and agreements.
TERMS = ("service_level_tier", "start_date", "end_date", "status", "high_priority")


@elevation(
    "tier, dates, status or high_priority change and a running clock of an unresolved incident rests on it",
    approvers=[EX],
)
def affects_running_terms(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return changes(target, data, TERMS) and hooks.has_dependants(target)
