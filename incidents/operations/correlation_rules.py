"""SOP 2: stored correlation rules."""

from typing import Any

from core.codes import Code
from core.operations.registry import operation
from core.verbs import Verb
from incidents.events.serializers import CorrelationRuleBody, CorrelationRuleOutput
from incidents.models import CorrelationRule
from users.choices import IM
from users.models import User


@operation(
    "correlation_rule.create",
    sop=2,
    roles={IM},
    verb=Verb.CREATE,
    subject="correlation_rule",
    body=CorrelationRuleBody,
    answers=CorrelationRuleOutput,
    raises=[Code.DUPLICATE],
)
def create_rule(*, actor: User, **fields: Any) -> CorrelationRule:
    """Store a criterion for creating incidents; while active, it replaces the default.

    SOP 2. Raises Refusal: duplicate (name), validation_error.
    """
    rule = CorrelationRule(**fields)
    rule.save()
    return rule


@operation(
    "correlation_rule.update",
    sop=2,
    roles={IM},
    verb=Verb.UPDATE,
    target="correlation_rule",
    body=CorrelationRuleBody,
    answers=CorrelationRuleOutput,
    raises=[Code.DUPLICATE],
)
def update_rule(*, actor: User, correlation_rule: CorrelationRule, **changes: Any) -> CorrelationRule:
    """Change or deactivate a stored criterion. SOP 2. Raises Refusal: duplicate (name), validation_error."""
    return correlation_rule.change(**changes)
