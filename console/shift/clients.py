"""An account manager's clients, with how many of their unresolved incidents have breached."""

from typing import Any

from django.utils import timezone

from clients.models import AccountAssignment, Client
from console.shift.counts import bounded, bounded_counts
from core.console.columns import address_of
from incidents.choices import UNRESOLVED
from incidents.models import Incident
from incidents.service_levels.states import in_state
from users.choices import AM

SHOWN = 20


def clients_of(viewer: Any) -> list[dict[str, str]]:
    """The viewer's first clients by name, in two statements; none for other roles."""
    if viewer.role != AM:
        return []
    assigned = AccountAssignment.objects.filter(user_id=viewer.pk).values("client_id")
    readable = Client.objects.visible_to(viewer).filter(pk__in=assigned).order_by("name", "pk")
    names = dict(readable.values_list("pk", "name")[:SHOWN])
    late = Incident.objects.visible_to(viewer).filter(in_state("breached", timezone.now()), status__in=UNRESOLVED)
    counts = bounded_counts({f"of_{pk}": late.filter(client_id=pk).order_by() for pk in names}, viewer) if names else {}
    return [
        {"name": name, "address": address_of(Client, pk) or "", "breached": bounded(counts[f"of_{pk}"])}
        for pk, name in names.items()
    ]
