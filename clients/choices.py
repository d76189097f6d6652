"""Types, tiers and statuses of clients, subscriptions and agreements; the severities of agreements."""

from django.db.models import TextChoices

from core.operations.lifecycle import Lifecycle


class ClientType(TextChoices):
    ENTERPRISE = "enterprise"
    MID_MARKET = "mid_market"
    SMALL_BUSINESS = "small_business"
    STARTUP = "startup"


class ClientStatus(TextChoices):
    ACTIVE = "active"
    INACTIVE = "inactive"
    SUSPENDED = "suspended"


class SubscriptionType(TextChoices):
    FULL_SERVICE = "full_service"
    LIMITED_SERVICE = "limited_service"
    TRIAL = "trial"
    CUSTOM = "custom"


class Tier(TextChoices):
    PREMIUM = "premium"
    STANDARD = "standard"
    BASIC = "basic"


class SubscriptionStatus(TextChoices):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


# The statuses in which a client counts as subscribed to the product.
CURRENT = (SubscriptionStatus.ACTIVE, SubscriptionStatus.SUSPENDED)


class AgreementStatus(TextChoices):
    ACTIVE = "active"
    INACTIVE = "inactive"


class Severity(TextChoices):
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


# A cancelled subscription is final; account managers set all other statuses freely.
_OPEN = (SubscriptionStatus.ACTIVE, SubscriptionStatus.SUSPENDED, SubscriptionStatus.EXPIRED)
SUBSCRIPTION_MOVES = Lifecycle(
    "subscription",
    {status: tuple(other for other in (*_OPEN, SubscriptionStatus.CANCELLED) if other != status) for status in _OPEN},
    initial=SubscriptionStatus.ACTIVE,
)
