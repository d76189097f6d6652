"""Incidents, affected clients and notes for tests."""

from datetime import timedelta

import factory
from django.utils import timezone

from clients.choices import Severity
from incidents.choices import Category, Level
from incidents.models import (
    AffectedClient,
    ClockPause,
    Communication,
    CorrelationRule,
    Escalation,
    EventCorrelation,
    EventRecord,
    Incident,
    IncidentNote,
    RootCauseAnalysis,
    Workaround,
)
from tests.users.factories import UserFactory
from users.choices import IM, TS


def someone(made, *statuses, role=IM):
    """A new person, if a record with one of these statuses names who brought it there."""
    imported = getattr(made, "imported_row", None) is not None
    return UserFactory(role=role) if not imported and getattr(made, "status", "") in statuses else None


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
    resolution_code = factory.LazyAttribute(lambda made: "duplicate" if getattr(made, "duplicate_of", None) else "")
    resolved_by = factory.LazyAttribute(lambda made: someone(made, "resolved", "closed"))
    closed_by = factory.LazyAttribute(lambda made: someone(made, "closed"))


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


class PauseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ClockPause

    incident = factory.SubFactory(IncidentFactory)
    reason = "waiting_for_vendor"
    note = "The vendor looks at its logs."
    started_at = factory.LazyFunction(timezone.now)


class EscalationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Escalation

    incident = factory.SubFactory(IncidentFactory, status="escalated")
    requested_by = factory.SubFactory("tests.users.factories.UserFactory", role=TS)
    target_user = factory.SubFactory("tests.users.factories.UserFactory", role=IM)
    reason = "Nobody answers."
    escalation_level = "management"
    status = "open"
    acknowledged_at = factory.LazyAttribute(lambda made: None if made.status == "open" else timezone.now())
    resolved_at = factory.LazyAttribute(lambda made: timezone.now() if made.status == "resolved" else None)


class CommunicationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Communication

    incident = factory.SubFactory(IncidentFactory)
    sender_user = factory.SubFactory("tests.users.factories.UserFactory", role=IM)
    recipient_type = "executive_team"
    delivery_method = "email"
    message_content = "We are working on it."
    delivery_status = "pending"
    sent_at = factory.LazyAttribute(
        lambda made: timezone.now() if made.delivery_status in ("sent", "delivered") else None
    )


class PortalUpdateFactory(CommunicationFactory):
    """An update in the portal of the incident's client."""

    recipient_type = "client_contact"
    delivery_method = "incident_portal_update"


class WorkaroundFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Workaround

    incident = factory.SubFactory(IncidentFactory)
    description = "Traffic goes to the second site."
    effectiveness = "effective"
    implemented_by = factory.SubFactory("tests.users.factories.UserFactory", role=TS)
    implemented_at = factory.LazyFunction(timezone.now)


class AnalysisFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RootCauseAnalysis

    incident = factory.SubFactory(IncidentFactory)
    analysis_method = "five_whys"
    assigned_to = factory.SubFactory("tests.users.factories.UserFactory", role=TS)


class EventFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = EventRecord

    source = "alert_log"
    payload_summary = factory.Sequence(lambda n: f"Queue {n} is full")
    detected_at = factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=5))


class EventCorrelationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = EventCorrelation

    event = factory.SubFactory(EventFactory)
    correlation_key = factory.Sequence(lambda n: f"SIG-{n}")
    decision = factory.LazyAttribute(lambda row: "linked" if row.incident else "recorded_for_trending")
    incident = None


class CorrelationRuleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CorrelationRule

    name = factory.Sequence(lambda n: f"Rule {n}")
    group_by = "component"
    window_minutes = 60
    min_events = 5
