"""Clients, subscriptions and agreements for tests."""

from datetime import date

import factory

from clients.choices import ClientType, SubscriptionType, Tier
from clients.models import AccountAssignment, Calendar, Client, SlaAgreement, Subscription


class ClientFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Client

    name = factory.Sequence(lambda n: f"Client {n}")
    registration_number = factory.Sequence(lambda n: f"REG-{n:06}")
    contact_email = factory.Sequence(lambda n: f"client{n}@example.com")
    client_type = ClientType.ENTERPRISE


class CalendarFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Calendar

    client = factory.SubFactory(ClientFactory)
    weekly_hours = factory.LazyFunction(lambda: {"mon": [["09:00", "17:00"]]})


class AssignmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AccountAssignment

    client = factory.SubFactory(ClientFactory)
    user = factory.SubFactory("tests.users.factories.UserFactory", role="account_manager")


class SubscriptionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Subscription

    client = factory.SubFactory(ClientFactory)
    product = factory.SubFactory("tests.products.factories.ProductFactory")
    subscription_type = SubscriptionType.FULL_SERVICE
    service_level_tier = Tier.PREMIUM
    start_date = date(2024, 1, 1)


class AgreementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SlaAgreement

    subscription = factory.SubFactory(SubscriptionFactory)
    severity_level = "P1"
    response_time_minutes = 20
    resolution_time_hours = 4
