"""SOP 10: Creating Client Subscriptions.

SOP 4 names "account managers assigned to client", SOP 10, 11 and 26 "account managers": therefore any account manager
may create subscriptions and agreements, and only the client's own record is restricted to its managers.
"""

from typing import Any

from clients.agreement_rules import require_agreements_fit
from clients.choices import SUBSCRIPTION_MOVES, SubscriptionStatus
from clients.duties import affects_running_terms
from clients.models import Subscription
from clients.serializers import SubscriptionBody, SubscriptionChanges, SubscriptionOutput
from core.codes import Code
from core.errors import Item, Refusal
from core.hooks import hooks
from core.operations.lifecycle import require_transition
from core.operations.registry import operation
from core.verbs import Verb
from users.choices import AM, EX, IM
from users.models import User


@operation(
    "subscription.create",
    sop=10,
    roles={AM, IM, EX},
    verb=Verb.CREATE,
    subject="subscription",
    body=SubscriptionBody,
    answers=SubscriptionOutput,
)
def create_subscription(*, actor: User, **fields: Any) -> Subscription:
    """Establish a client's service coverage for a product.

    SOP 10. Raises Refusal: invalid_reference (client, product), validation_error (dates).
    """
    subscription = Subscription(**fields)
    subscription.save()
    hooks.changed(subscription)
    return subscription


@operation(
    "subscription.update",
    sop=10,
    roles={AM, IM, EX},
    verb=Verb.UPDATE,
    target="subscription",
    body=SubscriptionChanges,
    answers=SubscriptionOutput,
    moves=SUBSCRIPTION_MOVES.all(),
    raises=[Code.PRECONDITION_FAILED],
    elevated=affects_running_terms,
)
def update_subscription(*, actor: User, subscription: Subscription, **changes: Any) -> Subscription:
    """Change a subscription's coverage or status.

    SOP 10. Raises Refusal: invalid_transition (cancelled is final), precondition_failed (active agreements would
    violate the tier's rules), approval_required (a running clock depends on it).
    """
    _require_not_cancelled(subscription)
    status = changes.get("status", subscription.status)
    if status != subscription.status:
        require_transition(SUBSCRIPTION_MOVES, subscription, status)
    terms = _terms(subscription)
    for name, value in changes.items():
        setattr(subscription, name, value)
    if _terms(subscription) != terms:
        require_agreements_fit(subscription)
    subscription.save()
    hooks.changed(subscription)
    return subscription


def _require_not_cancelled(subscription: Subscription) -> None:
    """Refuse any change of a cancelled subscription, of its fields as well as its status."""
    if subscription.status == SubscriptionStatus.CANCELLED:
        detail = f"Subscription {subscription.pk} is cancelled, and a cancelled subscription is final."
        item = Item("invalid_transition", detail, "status", {"allowed": [], "status": str(subscription.status)})
        advice = "Create a new subscription."
        raise Refusal(Code.INVALID_TRANSITION, detail, rule="subscription_lifecycle", errors=[item], next=advice)


def _terms(subscription: Subscription) -> tuple[str, str]:
    """The fields that determine the permitted targets of agreements."""
    return subscription.service_level_tier, subscription.subscription_type
