"""SOP 2: the stored rules of correlation."""

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
    """Store a criterion for creating incidents; while active, it takes the place of the default one.

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
    """Change a stored criterion, or set it aside. SOP 2. Raises Refusal: duplicate (name), validation_error."""
    return correlation_rule.change(**changes)
