"""What of a vendor an executive governs."""

from collections.abc import Mapping
from typing import Any

from core.operations.conditions import changes, elevation
from users.choices import EX

# Who a vendor is. To change it would onboard somebody else under the record of one who was approved.
IDENTITY = ("vendor_name", "vendor_type", "contact_email")


@elevation("the name, the type or the e-mail changes", approvers=[EX])
def changes_identity(actor: Any, target: Any, data: Mapping[str, Any]) -> bool:
    return changes(target, data, IDENTITY)
