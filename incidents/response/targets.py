"""SOP 15: valid targets of an escalation. Pure."""

from incidents.response.choices import LEVEL_OF_ROLE
from users.choices import VC
from users.models import User


def target_misfit(target: User, *, requester_id: int, vendor_id: int | None) -> str:
    """Why this person cannot be the target of an escalation; empty if they can.

    `vendor_id` is the vendor of the incident's component: contacts of other vendors are not involved.
    """
    if target.role not in LEVEL_OF_ROLE:
        return f"accounts with the role {target.role} cannot receive escalations."
    if target.pk == requester_id:
        return "the target must be another person."
    if target.role == VC and target.vendor_id != vendor_id:
        return "the component does not belong to that vendor's products."
    return ""
