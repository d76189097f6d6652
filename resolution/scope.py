"""The audience of readiness conditions: users who may read the underlying records. Staff may read all."""

from typing import Any

from incidents.models import Incident
from users.choices import CC, VC


def everyone(viewer: Any, incident: Incident) -> bool:
    return True


def staff(viewer: Any, incident: Incident) -> bool:
    return bool(viewer.is_internal)


def staff_and_client(viewer: Any, incident: Incident) -> bool:
    """Contacts of the incident's own client; contacts of other affected clients do not see communications with it."""
    own = viewer.role == CC and viewer.client_id == incident.client_id
    return own or staff(viewer, incident)


def staff_and_vendor(viewer: Any, incident: Incident) -> bool:
    return viewer.role == VC or staff(viewer, incident)
