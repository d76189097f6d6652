"""SOP 26: SLA Agreement Creation. SOP 11: Managing Service Level Agreements."""

from typing import Any

from clients.agreement_rules import (
    active_agreements,
    agreed_targets,
    locked_subscription,
    refuse_violations,
    violations,
)
from clients.choices import AgreementStatus
from clients.duties import changes_agreed_targets
from clients.models import SlaAgreement, Subscription
from clients.serializers import AgreementBody, AgreementChanges, AgreementOutput, AgreementsBody, AgreementsMade
from clients.tiers import TARGETS
from core.codes import Code
from core.hooks import hooks
from core.operations.registry import OneOf, in_person_directly, operation
from core.verbs import Verb
from users.choices import AM, EX, IM, SA
from users.duties import always
from users.models import User


@operation(
    "sla.create",
    sop=(11, 26),
    roles={AM, IM, SA, EX},
    verb=Verb.CREATE,
    subject="sla",
    body=OneOf(AgreementBody, agreements=AgreementsBody),
    answers=OneOf(AgreementOutput, agreements=AgreementsMade),
    elevated=always,
    in_person=in_person_directly(always),
    raises=[Code.DUPLICATE, Code.PRECONDITION_FAILED],
    condition="both SOPs authorise, so either role list does",
)
def create_agreements(
    *, actor: User, subscription: Subscription, agreements: list[dict[str, Any]] | None = None, **fields: Any
) -> SlaAgreement | list[SlaAgreement]:
    """Define the targets of one severity under a subscription, or of several: all or none, under one approval.

    SOP 11, 26. Raises Refusal: validation_error (outside the tier, out of order), duplicate (one active agreement for
    each subscription and severity), precondition_failed (the subscription has just become inactive), approval_required.
    """
    subscription = locked_subscription(subscription)
    proposed = [fields] if agreements is None else agreements
    _require_rules(subscription, proposed, [""] if agreements is None else _paths(proposed))
    made = [SlaAgreement(subscription=subscription, **each) for each in proposed]
    for agreement in made:
        agreement.save()
    for agreement in made:
        hooks.changed(agreement)
    return made[0] if agreements is None else made


@operation(
    "sla.update",
    sop=11,
    roles={AM, IM, EX},
    verb=Verb.UPDATE,
    target="sla",
    body=AgreementChanges,
    answers=AgreementOutput,
    elevated=changes_agreed_targets,
    in_person=in_person_directly(changes_agreed_targets),
    raises=[Code.DUPLICATE],
)
def update_agreement(*, actor: User, sla: SlaAgreement, **changes: Any) -> SlaAgreement:
    """Change an agreement's targets, severity or status.

    SOP 11. Raises Refusal: validation_error (outside the tier, out of order), duplicate, approval_required.
    """
    subscription = locked_subscription(sla.subscription)
    was_active, severity = sla.status == AgreementStatus.ACTIVE, sla.severity_level
    before = agreed_targets(sla)
    for name, value in changes.items():
        setattr(sla, name, value)
    if sla.status == AgreementStatus.ACTIVE:
        whole = not was_active or sla.severity_level != severity
        judged = [name for name in TARGETS if whole or getattr(sla, name) != getattr(before, name)]
        others = [agreed_targets(each) for each in active_agreements(subscription, but=sla)]
        refuse_violations({"": violations(subscription, agreed_targets(sla), others, judged)})
    sla.save()
    hooks.changed(sla)
    return sla


def _require_rules(subscription: Subscription, proposed: list[dict[str, Any]], paths: list[str]) -> None:
    """Refuse unless every proposed agreement fits the tier and the order among the resulting active ones."""
    present = [agreed_targets(each) for each in active_agreements(subscription)]
    proposed_targets = [agreed_targets(each) for each in proposed]
    active = [each.get("status", AgreementStatus.ACTIVE) == AgreementStatus.ACTIVE for each in proposed]
    found = {}
    for index, agreed in enumerate(proposed_targets):
        beside = [each for other, each in enumerate(proposed_targets) if active[other] and other != index]
        others = [*present, *beside] if active[index] else []
        found[paths[index]] = violations(subscription, agreed, others)
    refuse_violations(found)


def _paths(proposed: list[dict[str, Any]]) -> list[str]:
    return [f"agreements[{index}]." for index in range(len(proposed))]
