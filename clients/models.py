"""Clients, account managers, subscriptions and agreements, with their constraints."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clients.choices import (
    AgreementStatus,
    ClientStatus,
    ClientType,
    Severity,
    SubscriptionStatus,
    SubscriptionType,
    Tier,
)
from clients.querysets import AgreementQuerySet, ClientQuerySet, OfClientQuerySet
from core.codes import Code
from core.errors import Item, Refusal
from core.fields import FoldedKey, phone_fits
from core.models import Record


class Client(Record):
    """An organisation whose incidents are managed."""

    entity_type = "client"
    redacted = frozenset({"contact_email", "contact_phone", "address"})

    name = models.CharField(max_length=200)
    registration_number = models.CharField(max_length=64)
    registration_number_key = FoldedKey("registration_number")
    contact_email = models.EmailField(max_length=254)
    contact_email_key = FoldedKey("contact_email", "email")
    client_type = models.CharField(max_length=16, choices=ClientType.choices)
    contact_phone = models.CharField(max_length=16, blank=True)
    address = models.TextField(blank=True)
    status = models.CharField(max_length=16, choices=ClientStatus.choices, default=ClientStatus.ACTIVE)

    objects: ClassVar[Any] = ClientQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["registration_number_key"], name="client_registration_number_unique"),
            models.UniqueConstraint(fields=["contact_email_key"], name="client_email_unique"),
            models.CheckConstraint(condition=Q(client_type__in=ClientType.values), name="client_type_valid"),
            models.CheckConstraint(condition=Q(status__in=ClientStatus.values), name="client_status_valid"),
            models.CheckConstraint(condition=phone_fits("contact_phone"), name="client_phone_fits"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(registration_number_key=""), name="client_named"),
        ]

    def __str__(self) -> str:
        return self.name

    def touch(self) -> None:
        """Save a new version: the client's representation includes its managers and its calendar."""
        self.change(updated_at=None)  # always a change, even at the same instant; save() sets the time


class AccountAssignment(Record):
    """An account manager's assignment to a client, from its creation until it is ended."""

    entity_type = "account_assignment"

    client = models.ForeignKey(Client, models.PROTECT, related_name="assignments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="assignments")
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = OfClientQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "user"], condition=Q(ended_at__isnull=True), name="account_assignment_once"
            )
        ]

    def __str__(self) -> str:
        return f"user {self.user_id} for client {self.client_id}"


class Calendar(Record):
    """The business hours of a client: its time zone, its weekly hours and its holidays.

    `weekly_hours` maps a weekday (mon … sun) to a list of [from, to] in local time, for example {"mon": [["09:00",
    "17:00"]]}; `country` is an ISO 3166-1 code whose public holidays count; `holidays` lists additional dates. A client
    without a calendar has the default calendar.
    """

    entity_type = "client_calendar"

    client = models.OneToOneField(Client, models.PROTECT, related_name="calendar")
    timezone = models.CharField(max_length=64, default="UTC")
    weekly_hours = models.JSONField()
    country = models.CharField(max_length=2, blank=True)
    holidays = models.JSONField(default=list)

    objects: ClassVar[Any] = OfClientQuerySet.as_manager()

    class Meta:
        ordering = ["client_id"]

    def __str__(self) -> str:
        return f"calendar of client {self.client_id}"


class Subscription(Record):
    """A client's service coverage for one product. Without an end date it is open-ended.

    `high_priority` marks a contract whose client makes every incident that affects it a P1 (SOP 13).
    """

    entity_type = "subscription"

    client = models.ForeignKey(Client, models.PROTECT, related_name="subscriptions")
    product = models.ForeignKey("products.Product", models.PROTECT, related_name="subscriptions")
    subscription_type = models.CharField(max_length=16, choices=SubscriptionType.choices)
    service_level_tier = models.CharField(max_length=16, choices=Tier.choices)
    start_date = models.DateField()
    end_date = models.DateField(null=True, blank=True)
    rto_minutes = models.PositiveIntegerField(null=True, blank=True)
    rpo_minutes = models.PositiveIntegerField(null=True, blank=True)
    high_priority = models.BooleanField(default=False)
    status = models.CharField(max_length=16, choices=SubscriptionStatus.choices, default=SubscriptionStatus.ACTIVE)

    objects: ClassVar[Any] = OfClientQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_date__isnull=True) | Q(end_date__gte=F("start_date")), name="subscription_dates_ordered"
            ),
            models.CheckConstraint(condition=Q(service_level_tier__in=Tier.values), name="subscription_tier_valid"),
            models.CheckConstraint(
                condition=Q(subscription_type__in=SubscriptionType.values), name="subscription_type_valid"
            ),
            models.CheckConstraint(condition=Q(status__in=SubscriptionStatus.values), name="subscription_status_valid"),
        ]
        indexes = [models.Index(fields=["product", "client"], name="subscription_product_client")]

    def __str__(self) -> str:
        return f"{self.service_level_tier} subscription {self.pk}"


class SlaAgreement(Record):
    """Response and resolution targets of one severity under one subscription, in covered time.

    `pauses_allowed` is whether the resolution clock may be paused for the agreed reasons.
    """

    entity_type = "sla"
    locked_by = "subscription"

    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="agreements")
    severity_level = models.CharField(max_length=2, choices=Severity.choices)
    response_time_minutes = models.PositiveIntegerField()
    resolution_time_hours = models.PositiveIntegerField()
    availability_target = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    pauses_allowed = models.BooleanField(default=False)
    status = models.CharField(max_length=16, choices=AgreementStatus.choices, default=AgreementStatus.ACTIVE)

    objects: ClassVar[Any] = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = "SLA agreement"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "severity_level"],
                condition=Q(status=AgreementStatus.ACTIVE),
                name="sla_one_active_per_severity",
            ),
            models.CheckConstraint(condition=Q(severity_level__in=Severity.values), name="sla_severity_valid"),
            models.CheckConstraint(condition=Q(status__in=AgreementStatus.values), name="sla_status_valid"),
            models.CheckConstraint(
                condition=Q(response_time_minutes__gte=1, resolution_time_hours__gte=1), name="sla_targets_positive"
            ),
            models.CheckConstraint(
                condition=Q(availability_target__isnull=True)
                | Q(availability_target__gt=0, availability_target__lte=100),
                name="sla_availability_percent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.severity_level} agreement {self.pk}"

    def explain_constraint(self, name: str, actor: Any) -> Refusal | None:
        """At most one active agreement for each severity, including agreements of the same request."""
        if name != "sla_one_active_per_severity":
            return None
        other = SlaAgreement.objects.filter(
            subscription_id=self.subscription_id, severity_level=self.severity_level, status=AgreementStatus.ACTIVE
        ).first()
        facts = {"severity_level": str(self.severity_level), **({"existing_id": other.pk} if other else {})}
        where = f" (sla {other.pk})" if other else ""
        detail = f"Subscription {self.subscription_id} has an active {self.severity_level} agreement{where}."
        item = Item("duplicate", detail, "severity_level", facts)
        return Refusal(Code.DUPLICATE, detail, rule="one_active_agreement", errors=[item])
