"""SOP 7: Registering Vendor Information."""

import pytest

from audit.models import AuditEntry
from tests.api import codes, fields
from tests.approvals.factories import approved
from tests.vendors.factories import VendorFactory
from users.choices import EX, IM, SA
from vendors.models import Vendor

pytestmark = pytest.mark.django_db

BODY = {
    "vendor_name": "Nimbus Cloud",
    "contact_email": "Support@Nimbus.example",
    "contact_phone": "+49 30 1234567",
    "vendor_type": "cloud_service_provider",
}


def test_an_executive_registers_a_vendor_directly(api):
    answer = api(EX).post("/vendors/", BODY, expect=201).json()

    assert answer["status"] == "active"
    assert answer["contact_email"] == "support@nimbus.example"
    assert answer["contact_phone"] == "+49301234567"
    entry = AuditEntry.objects.get(reference_type="vendor", reference_id=answer["id"])
    assert (entry.action, entry.operation, entry.sequence) == ("create", "vendor.create", 1)
    assert "support@nimbus.example" not in str(entry.changes)


def test_a_system_administrator_needs_an_executives_approval(api):
    administrator, executive = api(SA), api(EX)
    administrator.post("/vendors/", BODY, expect=403, code="approval_required")
    asked = administrator.post("/approvals/", {"operation": "vendor.create", "payload": BODY}, expect=201).json()
    executive.post(f"/approvals/{asked['id']}/approve/", {"comment": "checked"}, expect=200)

    administrator.post("/vendors/", BODY, approval=asked["id"], expect=201)

    again = {**BODY, "vendor_name": "Other", "contact_email": "o@example.com", "contact_phone": "+49301234568"}
    assert "approval_consumed" in codes(administrator.post("/vendors/", again, approval=asked["id"], expect=403))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"vendor_name": " nimbus  CLOUD "}, "vendor_name"),
        ({"contact_email": "SUPPORT@nimbus.example"}, "contact_email"),
        ({"contact_phone": "+49301234567"}, "contact_phone"),
    ],
)
def test_name_email_and_phone_are_unique(api, change, field):
    VendorFactory(vendor_name="Nimbus Cloud", contact_email="support@nimbus.example", contact_phone="+49301234567")
    fresh = {**BODY, "vendor_name": "A", "contact_email": "a@example.com", "contact_phone": "+49309999999"}

    refused = api(EX).post("/vendors/", {**fresh, **change}, expect=409, code="duplicate")

    assert fields(refused) == {field}
    assert Vendor.objects.count() == 1


def test_all_bad_fields_are_named_at_once(api):
    refused = api(EX).post("/vendors/", {"vendor_type": "magician", "colour": "red"}, expect=400)

    assert fields(refused) == {"vendor_name", "contact_email", "contact_phone", "vendor_type", "colour"}
    assert refused.json()["code"] == "validation_error"
    assert refused.json()["sop"] == [7]
    assert not Vendor.objects.exists()


def test_an_installation_may_add_vendor_types(api, settings):
    settings.IMS_EXTRA_VENDOR_TYPES = ["telecom_provider"]
    api(EX).post("/vendors/", {**BODY, "vendor_type": "telecom_provider"}, expect=201)


@pytest.mark.parametrize(
    "change",
    [{"vendor_name": "Other"}, {"vendor_type": "hardware_provider"}, {"contact_email": "other@example.com"}],
)
@pytest.mark.parametrize("role", [SA, IM])
def test_a_vendor_becomes_another_only_with_an_executives_authority(api, change, role):
    vendor, caller = VendorFactory(), api(role)
    path = f"/vendors/{vendor.pk}/"
    caller.patch(path, change, expect=403, code="approval_required")
    caller.patch(path, change, approval=approved(caller, api(EX), "vendor.update", change, vendor), expect=200)
    api(EX).patch(path, {"vendor_name": "A third"}, expect=200)


def test_other_details_and_unchanged_values_need_no_approval(api):
    vendor = VendorFactory()
    same = {"vendor_name": vendor.vendor_name, "vendor_type": vendor.vendor_type, "contact_email": vendor.contact_email}
    change = {**same, "contact_phone": "+49301112223", "status": "inactive"}
    api(IM).patch(f"/vendors/{vendor.pk}/", change, expect=200)


def test_a_vendor_is_updated_and_its_version_counts(api):
    vendor = VendorFactory()
    answer = api(IM).patch(f"/vendors/{vendor.pk}/", {"status": "suspended"}, expect=200)

    assert answer.json()["status"] == "suspended"
    assert answer["ETag"] == '"2"'
    api(IM).patch(
        f"/vendors/{vendor.pk}/", {"status": "active"}, expect=412, code="stale_version", **{"If-Match": '"1"'}
    )
