"""Changes of a vendor that need an executive."""

from collections.abc import Mapping
from typing import Any

from core.operations.conditions import changes, elevation
from users.choices import EX

# The vendor's identity. Changing it would onboard another organisation under an approved record.
IDENTITY = ("vendor_name", "vendor_type", "contact_email")


@elevation("the name, the type or the e-mail changes", approvers=[EX])
def changes_identity(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return changes(target, data, IDENTITY)
