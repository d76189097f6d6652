"""Who decides an approval, beyond the role."""

from collections.abc import Mapping
from typing import Any

from approvals.gate import approver_roles
from core.codes import Code
from core.operations.registry import duty, registry


@duty("An approval is decided by a role that its rule names.", code=Code.ROLE_NOT_PERMITTED)
def holds_approver_role(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    wanted = registry.find(target.operation)
    return wanted is not None and actor.role in approver_roles(wanted)


@duty("Nobody approves what they requested.", code=Code.SEGREGATION_OF_DUTIES)
def not_the_requester(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.requester_id != actor.pk)
