"""The recipients of a communication: the person it names, or all members of the addressed team (SOP 17)."""

from typing import Any

from django.db.models import Q

from incidents.models import Communication
from incidents.response.choices import PORTAL, REACHED, DeliveryStatus, RecipientType
from users.choices import CC, EX


def addressed_to(user: Any) -> Any:
    """Ids of the communications addressed to a person: a union of two indexes, because OR would scan all rows."""
    named = Communication.objects.filter(recipient_user_id=user.pk)
    team = Communication.objects.filter(recipient_user__isnull=True).filter(_team_of(user.role))
    return named.order_by().values("pk").union(team.order_by().values("pk"), all=True)


def reaching_contacts_of(client: Any) -> Q:
    """Communications sent or delivered to a contact of a client; `client` is an id or a reference to one."""
    return Q(recipient_user__role=CC, recipient_user__client_id=client, delivery_status__in=REACHED)


def on_portal_of(client: Any) -> Q:
    """Updates in a client's portal that did not fail: portal updates need no sending."""
    to_client = Q(recipient_user__isnull=True) | Q(recipient_user__client_id=client)
    return Q(**PORTAL) & to_client & ~Q(delivery_status=DeliveryStatus.FAILED)


def _team_of(role: str) -> Q:
    """The executives are a team by recipient type. A group is a role's team when it has the role's name."""
    team = Q(recipient_type=RecipientType.EXECUTIVE_TEAM) if role == EX else Q(pk__in=())
    for name in names_of(role):
        team |= Q(recipient_type=RecipientType.GROUP, recipient_group__iexact=name)
    return team


def names_of(role: str) -> list[str]:
    """Names of the team of a role: `incident_manager`, "Incident managers"."""
    spoken = role.replace("_", " ")
    return [role, f"{role}s", spoken, f"{spoken}s"]
