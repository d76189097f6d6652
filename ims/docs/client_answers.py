"""Answers about clients and their agreements that are no plain records."""

from rest_framework import serializers

from clients.coverage import AgreementOutput
from clients.serializers import ClientDetail
from core.schema import describe, extended


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


class AgreementsMade(serializers.Serializer[object]):
    """Agreements made together, in the order in which they were asked for."""

    subscription_id = serializers.IntegerField()
    agreements = AgreementOutput(many=True)


def describe_client_answers() -> None:
    """Tell the description of every answer about clients that is no plain record."""
    describe("clients_read_account_managers", ClientManagers, versioned=True)
    describe("clients_assign_managers", ManagedClient, versioned=True)
    describe("clients_read_calendar", ClientCalendar, versioned=True)
    describe("clients_set_calendar", ClientWithHours, versioned=True)
    describe("sla_agreements_create", AgreementOutput, versioned=True)
    describe("sla_agreements_bulk_create", AgreementsMade)
