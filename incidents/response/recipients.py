"""SOP 17: valid recipients of a communication about an incident."""

from collections.abc import Collection

from core.codes import Code
from core.errors import Item, Refusal
from incidents.models import AffectedClient, Incident
from incidents.response.choices import RecipientType
from users.choices import CC, VC
from users.models import User

# The required role for each kind of recipient; a plain user may have any, but contacts are checked as contacts.
ROLE_OF_RECIPIENT = {RecipientType.CLIENT_CONTACT: CC, RecipientType.VENDOR_CONTACT: VC}


def concerned_clients(incident: Incident) -> set[int]:
    """The ids of the client of an incident and of other affected clients."""
    affected = AffectedClient.objects.current().filter(incident=incident).values_list("client_id", flat=True)
    return {incident.client_id, *affected}


def vendor_of(incident: Incident) -> int | None:
    """The vendor of the product of the incident's component."""
    return incident.component.product.vendor_id if incident.component else None


def recipient_misfit(kind: str, user: User, *, clients: Collection[int], vendor_id: int | None) -> str:
    """Why this person cannot be the recipient; empty if they can. Pure.

    `clients` are the ids of the affected clients, `vendor_id` is the vendor of the incident's component.
    """
    role = ROLE_OF_RECIPIENT.get(RecipientType(kind))
    if role is not None and user.role != role:
        return f"User {user.pk} does not have the role {role}."
    if user.role == CC and user.client_id not in clients:
        return "The person's client is not affected by this incident."
    if user.role == VC and user.vendor_id != vendor_id:
        return "The component does not belong to that vendor's products."
    return ""


def require_recipient(incident: Incident, kind: str, user: User) -> None:
    """Refuse (400) a recipient whose role or organisation does not match the incident."""
    clients = concerned_clients(incident) if user.role == CC else ()
    if detail := recipient_misfit(kind, user, clients=clients, vendor_id=vendor_of(incident)):
        raise _misfit(detail)


def _misfit(detail: str) -> Refusal:
    item = Item("invalid_reference", detail, "recipient_user_id")
    return Refusal(Code.INVALID_REFERENCE, detail, rule="fitting_recipient", errors=[item])
