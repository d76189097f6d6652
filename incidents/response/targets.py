"""SOP 15: who is a valid target of an escalation. Pure."""

from incidents.response.choices import LEVEL_OF_ROLE
from users.choices import VC
from users.models import User


def target_misfit(target: User, *, requester_id: int, vendor_id: int | None) -> str:
    """What speaks against escalating to this person; empty where nothing does.

    `vendor_id` is the vendor of the incident's component: other vendors' contacts have nothing to do with it.
    """
    if target.role not in LEVEL_OF_ROLE:
        return f"a {target.role} takes no escalations."
    if target.pk == requester_id:
        return "one escalates to somebody else."
    if target.role == VC and target.vendor_id != vendor_id:
        return "the component is not of that vendor's products."
    return ""
