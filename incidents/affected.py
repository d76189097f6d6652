"""Additional clients affected by an incident."""

from collections.abc import Iterable

from clients.models import Client
from clients.terms import hold_terms
from core.models import server_time
from incidents.models import AffectedClient, Incident


def set_affected_clients(incident: Incident, clients: Iterable[Client], *, new: bool = False) -> bool:
    """Set the affected clients; `new` if the incident is being created, by a caller that holds their terms.

    Returns whether anything changed. Links are ended, never deleted.
    """
    wanted = {client.pk for client in clients}
    known = {} if new else {link.client_id: link for link in AffectedClient.objects.filter(incident=incident)}
    changed = False
    if wanted and not new:
        hold_terms(wanted)
    for client_id in sorted(wanted - set(known)):
        AffectedClient(incident=incident, client_id=client_id).save()
        changed = True
    for client_id, link in known.items():
        ended = link.removed_at is not None
        if ended == (client_id in wanted):
            link.change(removed_at=None if ended else server_time(link))
            changed = True
    return changed
