"""The shape of clients, their managers and their calendars."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from rest_framework import serializers

from clients.calendars import DEFAULT_CALENDAR
from clients.choices import ClientStatus, ClientType
from clients.inputs import CountryField, WeeklyHoursField
from clients.models import AccountAssignment, Client
from core.operations.fields import EmailField, NameField, PhoneField, Reference, TimeZoneField
from core.reading.serializers import Body, Output, extended, outputs
from users.choices import AM, VC


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
        child=Reference("users.User", fits={"role": AM}, misfit="Only account managers are assigned to clients."),
        max_length=50,
    )


class CalendarBody(Body):
    timezone = TimeZoneField(max_length=64)
    weekly_hours = WeeklyHoursField()
    country = CountryField(required=False, allow_blank=True, default="")
    holidays = serializers.ListField(child=serializers.DateField(), max_length=1_000, required=False, default=list)

    def validate_holidays(self, days: list[date]) -> list[str]:
        """Each day once, in order, as text: JSON columns hold no dates."""
        return sorted({day.isoformat() for day in days})


class ClientOutput(Output):
    class Meta:
        model = Client
        fields = outputs(
            "name", "registration_number", "contact_email", "client_type", "contact_phone", "address", "status"
        )

    @classmethod
    def visible_fields(cls, viewer: Any) -> Iterable[str] | None:
        """A vendor contact learns which clients use the vendor's products, nothing more of them."""
        return ("id", "name") if viewer.role == VC else None


class ClientDetail(ClientOutput):
    """A single client, with who manages it and its business hours; the default ones where it has none."""

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
ManagedClient = extended(ClientDetail, "ManagedClient", "A client and who manages it.", user_ids=_user_ids())
ClientWithHours = extended(ClientDetail, "ClientWithHours", "A client and its business hours.", **_hours())
