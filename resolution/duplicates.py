"""Incidents that are resolved as duplicates: their chains form no circle, and what ends one takes over the clients."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils import timezone

from clients.models import Client
from core.codes import Code
from core.errors import Item, Refusal
from core.hooks import hooks
from incidents.affected import set_affected_clients
from incidents.choices import IncidentStatus
from incidents.judging import Basis, basis_of, judge_again
from incidents.models import Incident
from incidents.response.recipients import concerned_clients
from incidents.service_levels.timers import stamp

CIRCLE = "That incident is itself a duplicate of this one, directly or through others."


def leads_back(twin: Incident, incident: Incident) -> bool:
    """Whether the chain of duplicates that begins with `twin` comes to `incident`."""
    return any(each.pk == incident.pk for each in _chain(twin, Incident.objects.all()))


def take_over(incident: Incident, twin: Incident) -> None:
    """Let the incident at the end of a duplicate's chain take over the clients that the duplicate affects.

    The chain is locked, so that two incidents are not resolved as duplicates of each other at the same moment. A
    closed incident is final and takes over nothing. Raises Refusal: invalid_reference (a circle).
    """
    chain = list(_chain(twin, Incident.objects.select_for_update(of=("self",))))
    if any(each.pk == incident.pk for each in chain):
        items = [Item("invalid_reference", CIRCLE, "duplicate_of_id")]
        raise Refusal(Code.INVALID_REFERENCE, CIRCLE, rule="duplicates_form_no_circle", errors=items)
    last = chain[-1]
    if last.status != IncidentStatus.CLOSED:
        clients = (concerned_clients(last) | concerned_clients(incident)) - {last.client_id}
        before = basis_of(last)
        if set_affected_clients(last, Client.objects.filter(pk__in=clients)):
            last.affected_changed_at = timezone.now()
            _judge(last, before)


def _judge(incident: Incident, before: Basis) -> None:
    """Judge an incident by its new clients, and save it."""
    severity = incident.severity
    judge_again(incident, before)
    if incident.severity != severity:
        stamp(incident)
    incident.save()
    hooks.changed(incident)


def _chain(incident: Incident, incidents: QuerySet[Incident]) -> Iterator[Incident]:
    """An incident, the one that it duplicates, and so on; each once, should an older circle stand in the records."""
    seen: set[int] = set()
    pk: int | None = incident.pk
    while pk is not None and pk not in seen:
        seen.add(pk)
        found = incidents.get(pk=pk)
        yield found
        pk = found.duplicate_of_id
