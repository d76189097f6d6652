"""The serializers of clients, their managers and calendars, subscriptions and service-level agreements."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clients.calendars import DEFAULT_CALENDAR
from clients.choices import (
    AgreementStatus,
    ClientStatus,
    ClientType,
    Severity,
    SubscriptionStatus,
    SubscriptionType,
    Tier,
)
from clients.inputs import CountryField, ImmutableReference, WeeklyHoursField
from clients.models import AccountAssignment, Client, SlaAgreement, Subscription
from clients.today import client_today
from core.operations.fields import EmailField, NameField, PhoneField, Reference, TimeZoneField
from core.reading.serializers import Body, ImportedOutput, Output, extended, outputs
from products.models import Product
from users.choices import AM, VC

# The maximum of a target: ten years.
MOST_MINUTES, MOST_HOURS = 5_256_000, 87_600
OBJECTIVES = ("rto_minutes", "rpo_minutes")
SHOWN_OBJECTIVES = {"type": ["object", "null"], "additionalProperties": {"type": ["integer", "null"]}}


class ClientBody(Body):
    name = NameField(max_length=200)
    registration_number = NameField(max_length=64)
    contact_email = EmailField(max_length=254)
    client_type = serializers.ChoiceField(choices=ClientType.choices)
    contact_phone = PhoneField(max_length=40, required=False, allow_blank=True)
    address = serializers.CharField(max_length=2_000, required=False, allow_blank=True)
    status = serializers.ChoiceField(choices=ClientStatus.choices, required=False)


class ClientChanges(ClientBody):
    actor_fields = ("requester_id",)


class ManagersBody(Body):
    user_ids = serializers.ListField(
        child=Reference("users.User", fits={"role": AM}, misfit="Only account managers can be assigned to clients."),
        max_length=50,
    )


class CalendarBody(Body):
    timezone = TimeZoneField(max_length=64)
    weekly_hours = WeeklyHoursField()
    country = CountryField(required=False, allow_blank=True, default="")
    holidays = serializers.ListField(child=serializers.DateField(), max_length=1_000, required=False, default=list)

    def validate_holidays(self, days: list[date]) -> list[str]:
        """Distinct dates, sorted, as text, because JSON columns cannot store dates."""
        return sorted({day.isoformat() for day in days})


class ClientOutput(ImportedOutput):
    class Meta:
        model = Client
        fields = outputs(
            "name",
            "registration_number",
            "contact_email",
            "client_type",
            "contact_phone",
            "address",
            "status",
            "imported_violations",
        )

    @classmethod
    def visible_fields(cls, viewer: Any) -> Iterable[str] | None:
        """A vendor contact sees only the names of the clients that use the vendor's products."""
        return ("id", "name") if viewer.role == VC else super().visible_fields(viewer)


class ClientDetail(ClientOutput):
    """A single client, with its managers and its business hours, by default the standard ones."""

    account_manager_ids = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    calendar = serializers.SerializerMethodField()

    class Meta(ClientOutput.Meta):
        fields = (*ClientOutput.Meta.fields, "account_manager_ids", "calendar")
        requires: dict[str, tuple[str, ...]] = {"calendar": tuple(f"calendar__{name}" for name in DEFAULT_CALENDAR)}

    @classmethod
    def completed(cls, rows: Iterable[dict[str, Any]], viewer: Any, names: Iterable[str]) -> Iterable[dict[str, Any]]:
        if "account_manager_ids" not in names:
            return rows
        rows = list(rows)
        managers: dict[int, list[int]] = {row["id"]: [] for row in rows}
        active = AccountAssignment.objects.filter(client_id__in=managers, ended_at=None).order_by("user_id")
        for client_id, user_id in active.values_list("client_id", "user_id"):
            managers[client_id].append(user_id)
        return [{**row, "account_manager_ids": managers[row["id"]]} for row in rows]

    @staticmethod
    def get_calendar(row: dict[str, Any]) -> dict[str, Any]:
        if row["calendar__timezone"] is None:
            return dict(DEFAULT_CALENDAR)
        return {name: row[f"calendar__{name}"] for name in DEFAULT_CALENDAR}


def _hours() -> dict[str, serializers.Field]:  # type: ignore[type-arg]
    return {
        "timezone": serializers.CharField(),
        "weekly_hours": serializers.DictField(
            child=serializers.ListField(child=serializers.ListField(child=serializers.CharField())),
            help_text='Weekday → list of [from, to] in local time: {"mon": [["09:00", "17:00"]]}.',
        ),
        "country": serializers.CharField(),
        "holidays": serializers.ListField(child=serializers.DateField()),
    }


def _user_ids() -> serializers.Field:  # type: ignore[type-arg]
    return serializers.ListField(child=serializers.IntegerField())


class ClientManagers(serializers.Serializer[object]):
    client_id = serializers.IntegerField()
    user_ids = _user_ids()


ClientCalendar = type(
    "ClientCalendar",
    (serializers.Serializer,),
    {
        "client_id": serializers.IntegerField(),
        **_hours(),
        "__doc__": "The business hours of a client.",
        "__module__": ClientDetail.__module__,
    },
)
ManagedClient = extended(ClientDetail, "ManagedClient", "A client and its managers.", user_ids=_user_ids())
ClientWithHours = extended(ClientDetail, "ClientWithHours", "A client and its business hours.", **_hours())


class ObjectivesBody(Body):
    """The maximum recovery time, and the maximum data loss in minutes."""

    rto_minutes = serializers.IntegerField(min_value=0, max_value=MOST_MINUTES, required=False, allow_null=True)
    rpo_minutes = serializers.IntegerField(min_value=0, max_value=MOST_MINUTES, required=False, allow_null=True)


class SubscriptionBody(Body):
    client_id = Reference(Client, source="client")
    product_id = Reference(Product, source="product")
    subscription_type = serializers.ChoiceField(choices=SubscriptionType.choices)
    service_level_tier = serializers.ChoiceField(choices=Tier.choices)
    start_date = serializers.DateField()
    end_date = serializers.DateField(required=False, allow_null=True)
    recovery_objectives = ObjectivesBody(required=False, allow_null=True)
    high_priority = serializers.BooleanField(required=False)
    status = serializers.ChoiceField(choices=SubscriptionStatus.choices, required=False)

    def check_order(self, values: Any) -> None:
        start, end = self.given("start_date", values), self.given("end_date", values)
        if end is not None and end < start:
            message = f"The coverage would end on {end}, before its start on {start}."
            raise serializers.ValidationError({"end_date": [message]}, code="dates_out_of_order")

    def check_not_ended(self, values: Any) -> None:
        end = self.given("end_date", values)
        if end is not None and self._is_active(values) and end < client_today(self.given("client", values)):
            message = f"The coverage ended on {end}, so it cannot be active: send another status, or a later end."
            raise serializers.ValidationError({"end_date": [message]}, code="ended")

    joint_checks = (check_order, check_not_ended)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "recovery_objectives" not in attrs:
            return attrs
        objectives = attrs.pop("recovery_objectives")
        return {**attrs, **(dict.fromkeys(OBJECTIVES) if objectives is None else objectives)}

    def _is_active(self, values: Any) -> bool:
        return (self.given("status", values) or SubscriptionStatus.ACTIVE) == SubscriptionStatus.ACTIVE


class SubscriptionChanges(SubscriptionBody):
    client_id = ImmutableReference(Client, source="client")


class SubscriptionOutput(Output):
    recovery_objectives = serializers.SerializerMethodField()

    class Meta:
        model = Subscription
        fields = outputs(
            "client_id",
            "product_id",
            "subscription_type",
            "service_level_tier",
            "start_date",
            "end_date",
            "recovery_objectives",
            "high_priority",
            "status",
            "imported_violations",
        )
        requires: dict[str, tuple[str, ...]] = {"recovery_objectives": OBJECTIVES}

    @staticmethod
    @extend_schema_field(SHOWN_OBJECTIVES)
    def get_recovery_objectives(row: dict[str, Any]) -> dict[str, int | None] | None:
        objectives = {name: row[name] for name in OBJECTIVES}
        return objectives if set(objectives.values()) != {None} else None


class TargetsBody(Body):
    """The targets of one severity."""

    severity_level = serializers.ChoiceField(choices=Severity.choices)
    response_time_minutes = serializers.IntegerField(min_value=1, max_value=MOST_MINUTES)
    resolution_time_hours = serializers.IntegerField(min_value=1, max_value=MOST_HOURS)
    availability_target = serializers.DecimalField(
        max_digits=6,
        decimal_places=3,
        min_value=Decimal("0.001"),
        max_value=Decimal(100),
        required=False,
        allow_null=True,
    )
    pauses_allowed = serializers.BooleanField(required=False)
    status = serializers.ChoiceField(choices=AgreementStatus.choices, required=False)


class AgreementBody(TargetsBody):
    subscription_id = Reference(Subscription, source="subscription")


class AgreementChanges(TargetsBody):
    subscription_id = ImmutableReference(Subscription, source="subscription")


class AgreementsBody(Body):
    subscription_id = Reference(Subscription, source="subscription")
    agreements = TargetsBody(many=True, allow_empty=False, max_length=20)  # type: ignore[call-arg]


class AgreementOutput(Output):
    availability_target = serializers.FloatField(read_only=True, allow_null=True)

    class Meta:
        model = SlaAgreement
        fields = outputs(
            "subscription_id",
            "severity_level",
            "response_time_minutes",
            "resolution_time_hours",
            "availability_target",
            "pauses_allowed",
            "status",
            "imported_violations",
        )
        joined = {"availability_target": "availability_target"}


class AgreementsMade(serializers.Serializer[object]):
    """Agreements created together, in the order of the request."""

    subscription_id = serializers.IntegerField()
    agreements = AgreementOutput(many=True)
