"""SOP 17: who may be named as the recipient of a communication about an incident."""

from core.codes import Code
from core.errors import Item, Refusal
from incidents.models import AffectedClient, Incident
from incidents.response.choices import RecipientType
from users.choices import CC, VC
from users.models import User

# The role that each kind of recipient must hold; a plain user may hold any.
ROLE_OF_RECIPIENT = {RecipientType.CLIENT_CONTACT: CC, RecipientType.VENDOR_CONTACT: VC}


def concerned_clients(incident: Incident) -> set[int]:
    """The ids of the client of an incident and of those it affects."""
    affected = AffectedClient.objects.current().filter(incident=incident).values_list("client_id", flat=True)
    return {incident.client_id, *affected}


def require_recipient(incident: Incident, kind: str, user: User) -> None:
    """Refuse (400) a named recipient whose role or organisation does not fit the incident."""
    role = ROLE_OF_RECIPIENT.get(RecipientType(kind))
    if role is not None and user.role != role:
        raise _misfit(f"User {user.pk} is no {role}.")
    if role == CC and user.client_id not in concerned_clients(incident):
        raise _misfit("The person's client is not affected by this incident.")
    if role == VC and user.vendor_id != (incident.component.product.vendor_id if incident.component else None):
        raise _misfit("The component is not of that vendor's products.")


def _misfit(detail: str) -> Refusal:
    item = Item("invalid_reference", detail, "recipient_user_id")
    return Refusal(Code.INVALID_REFERENCE, detail, rule="fitting_recipient", errors=[item])
