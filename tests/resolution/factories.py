"""Confirmations, reopenings and whole incidents that are ready for the next step."""

import factory
from django.utils import timezone

from resolution.models import MitigationConfirmation, Reopening
from tests.incidents.factories import CommunicationFactory, IncidentFactory, WorkaroundFactory


class ConfirmationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MitigationConfirmation

    incident = factory.SubFactory(IncidentFactory)
    note = "Payments work again."


class ReopeningFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Reopening

    incident = factory.SubFactory(IncidentFactory)
    reason = "It fails again."
    was_resolved_at = factory.LazyFunction(timezone.now)


def mitigated(**fields):
    """An incident in progress whose impact is mitigated and whose client was told: it can be resolved."""
    incident = IncidentFactory(**{"status": "in_progress", **fields})
    WorkaroundFactory(incident=incident)
    CommunicationFactory(incident=incident, delivery_method="incident_portal_update", delivery_status="sent")
    return incident
