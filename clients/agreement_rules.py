"""The rules of `tiers` applied to database records. Callers hold a lock on the subscription's row."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any

from clients.choices import AgreementStatus, SubscriptionStatus, SubscriptionType
from clients.models import SlaAgreement, Subscription
from clients.tiers import TARGETS, AgreedTargets, Violation, out_of_order, outside_tier
from core.codes import Code
from core.errors import Item, Refusal
from core.sql.locking import locking

RULE = "tier_targets"


def locked_subscription(subscription: Subscription) -> Subscription:
    """The current subscription, with its row locked: requests that change its agreements run one at a time.

    Raises Refusal (409 precondition_failed) if it has become inactive since the request was read.
    """
    held: Subscription = locking(Subscription.objects).get(pk=subscription.pk)
    if held.status in (SubscriptionStatus.ACTIVE, subscription.status):
        return held
    detail = f"Subscription {held.pk} has become {held.status}."
    raise Refusal(
        Code.PRECONDITION_FAILED, detail, rule="active_references", errors=[Item("subscription_not_active", detail)]
    )


def agreed_targets(source: Any) -> AgreedTargets:
    """The targets of an agreement, or of the fields of a proposed one."""
    read: Callable[[str], Any] = source.get if isinstance(source, Mapping) else partial(getattr, source)
    return AgreedTargets(read("severity_level"), *(read(name) for name in TARGETS))


def active_agreements(subscription: Subscription, but: SlaAgreement | None = None) -> list[SlaAgreement]:
    """The active agreements of a subscription, except one."""
    found = SlaAgreement.objects.filter(subscription=subscription, status=AgreementStatus.ACTIVE)
    return list(found.exclude(pk=but.pk) if but is not None else found)


def violations(
    subscription: Subscription,
    agreed: AgreedTargets,
    others: Iterable[AgreedTargets],
    targets: Collection[str] = TARGETS,
) -> list[Violation]:
    """Every rule that the targets of a subscription violate, restricted to the named targets.

    A custom subscription is exempt from its tier's ranges, but not from the order.
    """
    exempt = subscription.subscription_type == SubscriptionType.CUSTOM
    ranges = () if exempt else outside_tier(subscription.service_level_tier, agreed)
    return [each for each in (*ranges, *out_of_order(agreed, others)) if each.target in targets]


def refuse_violations(found: Mapping[str, list[Violation]]) -> None:
    """Raise Refusal (400 validation_error) with every failing target, by its path in the body."""
    items = [
        Item(each.code, each.detail, f"{path}{each.target}", each.facts)
        for path, broken in found.items()
        for each in broken
    ]
    if items:
        raise Refusal(Code.VALIDATION_ERROR, " ".join(item.detail for item in items), rule=RULE, errors=items)


def require_agreements_fit(subscription: Subscription) -> None:
    """Refuse (409 precondition_failed) a tier or type under which an active agreement would violate the rules.

    Imported agreements that violate the rules are not checked: their violation is on record.
    """
    items = [
        Item(
            each.code,
            f"Agreement {agreement.pk}: {each.detail}",
            each.target,
            {"agreement_id": agreement.pk, **each.facts},
        )
        for agreement in active_agreements(subscription)
        if not agreement.imported_violations
        for each in violations(subscription, agreed_targets(agreement), ())
    ]
    if items:
        detail = " ".join(item.detail for item in items)
        raise Refusal(
            Code.PRECONDITION_FAILED,
            detail,
            rule=RULE,
            errors=items,
            next="Deactivate or change the agreements listed in errors first.",
        )
