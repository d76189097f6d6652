"""Confirmations, reopenings and whole incidents that are ready for the next step."""

import factory
from django.utils import timezone

from reporting.postmortem import postmortem_digest, postmortem_of
from resolution.models import MitigationConfirmation, Reopening
from tests.incidents.factories import AnalysisFactory, IncidentFactory, PortalUpdateFactory, WorkaroundFactory
from tests.reporting.factories import ReportFactory
from tests.users.factories import UserFactory
from users.choices import IM, TS


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
    """An incident in progress with mitigated impact and an informed client: it can be resolved."""
    incident = IncidentFactory(**{"status": "in_progress", **fields})
    WorkaroundFactory(incident=incident)
    PortalUpdateFactory(incident=incident, delivery_status="sent")
    return incident


def reviewed(reviewer=None, *, analysis=None, of=None, **fields):
    """A resolved incident, mitigated and perhaps with an analysis in this status, whose postmortem is reviewed."""
    incident = of or IncidentFactory(**{"status": "resolved", "resolved_at": timezone.now(), **fields})
    WorkaroundFactory(incident=incident)
    PortalUpdateFactory(incident=incident, delivery_status="sent")
    if analysis is not None:
        analysed(incident, analysis)
    content = postmortem_of(incident.pk)
    ReportFactory(
        incident=incident,
        status="completed",
        reviewed_by=reviewer or UserFactory(role=IM),
        reviewed_at=timezone.now(),
        content=content,
        digest=postmortem_digest(content),
    )
    return incident


def analysed(incident, status="completed"):
    found = {"root_cause": "A leak.", "completed_by": UserFactory(role=TS), "completed_at": timezone.now()}
    AnalysisFactory(incident=incident, status=status, **(found if status != "in_progress" else {}))
    return incident
