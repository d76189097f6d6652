"""Incidents, affected clients and notes for tests."""

from datetime import timedelta

import factory
from django.utils import timezone

from clients.choices import Severity
from incidents.choices import Category, Level
from incidents.models import AffectedClient, Incident, IncidentNote


class IncidentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Incident

    client = factory.SubFactory("tests.clients.factories.ClientFactory")
    reporter = factory.SubFactory("tests.users.factories.UserFactory")
    title = factory.Sequence(lambda n: f"Payments fail {n}")
    description = "Card payments are declined."
    category = Category.SYSTEM_OUTAGE
    severity = Severity.P3
    peak_severity = factory.SelfAttribute("severity")
    severity_rule = "stated"
    impact_level = Level.MEDIUM
    detected_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))


class AffectedClientFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AffectedClient

    incident = factory.SubFactory(IncidentFactory)
    client = factory.SubFactory("tests.clients.factories.ClientFactory")


class NoteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = IncidentNote

    incident = factory.SubFactory(IncidentFactory)
    body = "Checked the logs."
