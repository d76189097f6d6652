"""SOP 7: Registering Vendor Information."""

from typing import Any

from core.codes import Code
from core.operations.registry import in_person_directly, operation
from core.verbs import Verb
from users.choices import EX, IM, SA
from users.duties import always
from users.models import User
from vendors.duties import changes_identity
from vendors.models import Vendor
from vendors.serializers import VendorBody, VendorOutput


@operation(
    "vendor.create",
    sop=7,
    roles={SA, IM, EX},
    verb=Verb.CREATE,
    subject="vendor",
    body=VendorBody,
    answers=VendorOutput,
    elevated=always,
    in_person=in_person_directly(always),
    raises=[Code.DUPLICATE],
)
def create_vendor(*, actor: User, **fields: Any) -> Vendor:
    """Onboard an external service provider.

    SOP 7. Raises Refusal: duplicate (name, e-mail, phone), approval_required.
    """
    vendor = Vendor(**fields)
    vendor.save()
    return vendor


@operation(
    "vendor.update",
    sop=7,
    roles={SA, IM, EX},
    verb=Verb.UPDATE,
    body=VendorBody,
    answers=VendorOutput,
    raises=[Code.DUPLICATE],
    target="vendor",
    elevated=changes_identity,
)
def update_vendor(*, actor: User, vendor: Vendor, **changes: Any) -> Vendor:
    """Change a vendor's details or status.

    SOP 7. Raises Refusal: duplicate (name, e-mail, phone), approval_required (its identity changes).
    """
    return vendor.change(**changes)
