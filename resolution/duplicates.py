"""Incidents resolved as duplicates: chains have no cycles, and the last incident takes over the affected clients."""

from collections.abc import Iterator

from django.db.models import QuerySet

from clients.models import Client
from core.codes import Code
from core.errors import Item, Refusal
from core.hooks import hooks
from core.models import server_time
from core.sql.locking import lock_all, locking, require_order
from incidents.affected import set_affected_clients
from incidents.choices import IncidentStatus
from incidents.models import Incident
from incidents.response.recipients import concerned_clients
from incidents.service_levels.timers import stamp
from incidents.severity_updates import Basis, basis_of, reclassify

CIRCLE = "That incident is itself a duplicate of this one, directly or through others."


def is_duplicate_cycle(original: Incident, incident: Incident) -> bool:
    """Whether the chain of duplicates from `original` reaches `incident`."""
    return any(each.pk == incident.pk for each in _chain(original, Incident.objects.all()))


def add_affected_clients(incident: Incident, original: Incident) -> None:
    """Add the clients affected by a duplicate to the last incident of its chain.

    The chain is locked, so that two incidents cannot be resolved as duplicates of each other concurrently. A closed
    incident is final and receives no clients. Raises Refusal: invalid_reference (a cycle), and StartOver.
    """
    ids = {each.pk for each in _chain(original, Incident.objects.all())}
    require_order(Incident, incident.pk, ids)
    lock_all(Incident.objects.all(), ids)
    chain = list(_chain(original, locking(Incident.objects)))
    if any(each.pk == incident.pk for each in chain):
        items = [Item("invalid_reference", CIRCLE, "duplicate_of_id")]
        raise Refusal(Code.INVALID_REFERENCE, CIRCLE, rule="duplicates_form_no_circle", errors=items)
    last = chain[-1]
    if last.status != IncidentStatus.CLOSED:
        clients = (concerned_clients(last) | concerned_clients(incident)) - {last.client_id}
        before = basis_of(last)
        if set_affected_clients(last, Client.objects.filter(pk__in=clients)):
            last.affected_changed_at = server_time(last)
            _judge(last, before)


def _judge(incident: Incident, before: Basis) -> None:
    """Reclassify an incident with its additional clients, and save it."""
    severity = incident.severity
    reclassify(incident, before)
    if incident.severity != severity:
        stamp(incident)
    incident.save()
    hooks.changed(incident)


def _chain(incident: Incident, incidents: QuerySet[Incident]) -> Iterator[Incident]:
    """An incident, the one it duplicates, and so on; each once, because imported records may contain a cycle."""
    seen: set[int] = set()
    pk: int | None = incident.pk
    while pk is not None and pk not in seen:
        seen.add(pk)
        found = incidents.get(pk=pk)
        yield found
        pk = found.duplicate_of_id
