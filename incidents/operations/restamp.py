"""Computing the due times of unresolved incidents again, after the rules for them have changed."""

from core.operations.registry import EntryPoint, operation
from core.verbs import Verb
from incidents.choices import UNRESOLVED
from incidents.models import Incident
from incidents.service_levels.timers import restamp_client
from users.models import User


@operation(
    "incident.restamp",
    sop=26,
    roles=(),
    verb=Verb.UPDATE,
    subject="incident",
    entry_point=EntryPoint.COMMAND,
)
def restamp_incidents(*, actor: User, client_id: int) -> int:
    """Compute the due times of a client's unresolved incidents by the current rules; returns how many changed.

    SOP 26. The time already elapsed and the pauses are kept.
    """
    return restamp_client(client_id)


def clients_to_restamp() -> list[int]:
    """The clients with unresolved incidents."""
    unresolved = Incident.objects.filter(status__in=UNRESOLVED).order_by("client_id")
    return list(unresolved.values_list("client_id", flat=True).distinct())
