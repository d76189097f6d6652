"""The stakeholders of a resolution, and the records of their notification. Nothing is sent from here."""

from django.db.models import Q, QuerySet

from clients.models import AccountAssignment
from incidents.models import Communication, Incident
from incidents.response.choices import CommunicationType, RecipientType
from incidents.response.recipients import concerned_clients
from users.choices import AM, CC, VC, UserStatus
from users.models import User

# Recipient types by role; all others are plain users.
RECIPIENT_OF_ROLE: dict[str, RecipientType] = {CC: RecipientType.CLIENT_CONTACT, VC: RecipientType.VENDOR_CONTACT}


def stakeholders(incident: Incident) -> QuerySet[User]:
    """The active contacts of the affected clients, their account managers, the reporter and the assigned manager."""
    clients = concerned_clients(incident)
    managers = AccountAssignment.objects.filter(client_id__in=clients, ended_at__isnull=True).values("user_id")
    concerned = (
        Q(role=CC, client_id__in=clients)
        | Q(role=AM, pk__in=managers)
        | Q(pk__in=[incident.reporter_id, incident.assigned_manager_id])
    )
    found: QuerySet[User] = User.objects.filter(concerned, status=UserStatus.ACTIVE, is_system=False).order_by("id")
    return found


def notify_resolution(incident: Incident, sender: User) -> None:
    """Record a notification of the resolution for every stakeholder, each once."""
    for person in stakeholders(incident):
        Communication(
            incident=incident,
            sender_user=sender,
            recipient_type=RECIPIENT_OF_ROLE.get(person.role, RecipientType.USER),
            recipient_user=person,
            delivery_method=CommunicationType.AUTOMATED_NOTIFICATION,
            subject=f"{incident.incident_code} is resolved",
            message_content=f"{incident.incident_code} ({incident.title}) is resolved. {incident.resolution_summary}",
        ).save()
