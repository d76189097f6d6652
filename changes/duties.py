"""Duties of changes and rollbacks."""

from collections.abc import Mapping
from typing import Any

from core.codes import Code
from core.operations.registry import duty
from users.choices import EX, IM


@duty("Requesters cannot decide their own requests.", code=Code.SEGREGATION_OF_DUTIES)
def not_the_requester(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.requested_by_id != actor.pk)


@duty("A change that has ever been of critical risk must be decided by an executive.", code=Code.ROLE_NOT_PERMITTED)
def executive_decides_critical(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    change = getattr(target, "change_request", target)
    return bool(not change.ever_critical or actor.role == EX)


@duty("A change request may be edited by its requester or an incident manager.", code=Code.OUT_OF_SCOPE)
def requester_or_manager(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.requested_by_id == actor.pk or actor.role == IM)
