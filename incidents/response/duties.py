"""Who, beyond the role: guards of what a response leaves."""

from collections.abc import Mapping
from typing import Any

from core.codes import Code
from core.operations import duty
from users.choices import IM


@duty("An escalation is answered by the person it names, or an incident manager.", code=Code.OUT_OF_SCOPE)
def target_or_manager(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return bool(target.target_user_id == actor.pk or actor.role == IM)


@duty(
    "Nobody approves or rejects the analysis they conducted.",
    code=Code.SEGREGATION_OF_DUTIES,
    next="Ask an incident manager who did not conduct the analysis.",
)
def not_the_analyst(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return actor.pk not in (target.assigned_to_id, target.completed_by_id)
