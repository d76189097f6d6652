"""Reclassifies incidents when a contract of an affected client becomes high-priority (SOP 13)."""

from django.db.models import Q, QuerySet

from clients.models import Subscription
from clients.priority import high_priority_clients
from core.hooks import Hooks
from core.sql.locking import locking
from incidents.choices import UNRESOLVED
from incidents.models import AffectedClient, Incident
from incidents.service_levels.timers import stamp
from incidents.severity_updates import HIGH_PRIORITY, basis_of, reclassify


def register_hooks(hooks: Hooks) -> None:
    """Register before the clocks are restamped, which locks fewer incidents."""
    hooks.on_change(Subscription.entity_type, reclassify_incidents_of)


def register_last_hooks(hooks: Hooks) -> None:
    """Register after the clocks are restamped, when no more incidents can be opened (clients.terms)."""
    hooks.on_change(Subscription.entity_type, reclassify_later_incidents_of)


def reclassify_incidents_of(subscription: Subscription) -> None:
    """Reclassify the unresolved incidents that affect a subscription's client, if its contract is high-priority now."""
    if not subscription.high_priority or not high_priority_clients([subscription.client_id]):
        return
    for incident in locking(_concerned(subscription.client_id).order_by("pk")):
        if not incident.known_facts.get(HIGH_PRIORITY):
            _judge(incident)


def reclassify_later_incidents_of(subscription: Subscription) -> None:
    """Reclassify the incidents that were committed since the first query."""
    reclassify_incidents_of(subscription)


def _concerned(client_id: int) -> QuerySet[Incident]:
    """The unresolved incidents that affect a client."""
    affecting = AffectedClient.objects.current().filter(client_id=client_id).order_by()
    concerned = Q(client_id=client_id) | Q(pk__in=affecting.values("incident_id"))
    return Incident.objects.filter(concerned, status__in=UNRESOLVED).select_related("component")


def _judge(incident: Incident) -> None:
    severity = incident.severity
    reclassify(incident, basis_of(incident))
    if incident.severity != severity:
        stamp(incident)
    incident.save()
