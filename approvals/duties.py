"""Who decides an approval, beyond the role."""

from collections.abc import Mapping
from typing import Any

from approvals.models import ApprovalRule
from core.codes import Code
from core.operations import duty, registry


@duty("An approval is decided by a role that its rule names.", code=Code.ROLE_NOT_PERMITTED)
def holds_approver_role(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    rule = ApprovalRule.objects.filter(operation=target.operation).first()
    operation = registry.find(target.operation)
    if rule is not None:
        return actor.role in rule.approver_roles
    return bool(operation and operation.elevated and actor.role in operation.elevated.approvers)


@duty("Nobody approves what they requested.", code=Code.SEGREGATION_OF_DUTIES)
def not_the_requester(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.requester_id != actor.pk)
