"""Who may know what an incident lacks: whoever may read the records that it rests on. Staff may know all."""

from typing import Any

from incidents.models import Incident
from users.choices import CC, VC


def everyone(viewer: Any, incident: Incident) -> bool:
    return True


def staff(viewer: Any, incident: Incident) -> bool:
    return bool(viewer.is_internal)


def staff_and_client(viewer: Any, incident: Incident) -> bool:
    """Contacts of the incident's client; not of another that it affects, who does not read what the client is told."""
    own = viewer.role == CC and viewer.client_id == incident.client_id
    return own or staff(viewer, incident)


def staff_and_vendor(viewer: Any, incident: Incident) -> bool:
    return viewer.role == VC or staff(viewer, incident)
