"""Reclassifies incidents when a contract of an affected client becomes high-priority (SOP 13)."""

from django.db.models import Q

from clients.models import Subscription
from clients.priority import high_priority_clients
from core.hooks import Hooks
from incidents.choices import UNRESOLVED
from incidents.models import AffectedClient, Incident
from incidents.service_levels.timers import stamp
from incidents.severity_updates import HIGH_PRIORITY, basis_of, reclassify


def register_hooks(hooks: Hooks) -> None:
    hooks.on_change(Subscription.entity_type, reclassify_incidents_of)


def reclassify_incidents_of(subscription: Subscription) -> None:
    """Reclassify the unresolved incidents that affect a subscription's client, if its contract is high-priority now."""
    if not subscription.high_priority or not high_priority_clients([subscription.client_id]):
        return
    affecting = AffectedClient.objects.current().filter(client_id=subscription.client_id).order_by()
    concerned = Q(client_id=subscription.client_id) | Q(pk__in=affecting.values("incident_id"))
    unresolved = Incident.objects.filter(concerned, status__in=UNRESOLVED).select_related("component")
    for incident in unresolved.select_for_update(of=("self",)).order_by("pk"):
        if not incident.known_facts.get(HIGH_PRIORITY):
            _judge(incident)


def _judge(incident: Incident) -> None:
    severity = incident.severity
    reclassify(incident, basis_of(incident))
    if incident.severity != severity:
        stamp(incident)
    incident.save()
