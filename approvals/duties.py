"""Duties of approvals."""

from collections.abc import Mapping
from typing import Any

from approvals.gate import approver_roles
from core.codes import Code
from core.operations.registry import duty, registry


@duty("An approval must be decided by a role in its rule.", code=Code.ROLE_NOT_PERMITTED)
def holds_approver_role(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    requested = registry.find(target.operation)
    return requested is not None and actor.role in approver_roles(requested)


@duty("Requesters cannot decide their own approvals.", code=Code.SEGREGATION_OF_DUTIES)
def not_the_requester(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.requester_id != actor.pk)
