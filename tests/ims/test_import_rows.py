"""Imported rows are mapped, stored with their original, audited, and authorise nothing."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction

from approvals.models import Approval
from audit.models import AuditEntry
from audit.verify import verify
from clients.models import Client, SlaAgreement, Subscription
from incidents.models import Incident
from products.models import Component, Product
from tests.api import codes
from tests.approvals.factories import approved
from tests.ims.old_export import COUNT, ID, MADE, ROWS, OldExport, run
from tests.users.activation import activate, shares_of
from tests.vendors.factories import VendorFactory
from users.choices import EX, IM, SA
from users.models import SYSTEM_ID, User
from vendors.models import Vendor

pytestmark = pytest.mark.django_db

CREATED = datetime(2024, 3, 1, 8, 0, 0, 754891, tzinfo=UTC)
UPDATED = datetime(2024, 4, 2, 9, 30, tzinfo=UTC)
PASSWORD = "a long enough passphrase"
VENDOR = {
    "vendor_name": "New",
    "contact_email": "new@example.com",
    "contact_phone": "+49301239999",
    "vendor_type": "cloud_service_provider",
}


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    return OldExport(folder)


def test_renamed_columns_are_imported_under_their_current_names(export):
    run(export)

    assert Vendor.objects.get(pk=ID).vendor_name == "Nimbus Cloud"
    person = User.objects.get(pk=ID)
    assert (person.name, person.email, person.department) == ("Ada Park", "ada@house.example", "")
    product = Product.objects.get(pk=ID)
    assert (product.product_name, product.version_label, product.vendor_id) == ("Ledger", "4.1", ID)
    component = Component.objects.get(pk=ID)
    assert (component.component_name, component.ports, component.product_id) == ("ledger-db", [5432], ID)
    subscription = Subscription.objects.get(pk=ID)
    assert (subscription.rto_minutes, subscription.start_date) == (240, date(2024, 3, 1))
    assert SlaAgreement.objects.get(pk=ID).availability_target == Decimal("99.9")


def test_an_incident_keeps_its_times_and_its_severity_as_the_highest(export):
    run(export)

    incident = Incident.objects.get(pk=ID)
    assert (incident.incident_code, incident.impact_level, incident.status) == (f"INC-{ID:08d}", "high", "in_progress")
    assert (incident.severity, incident.peak_severity) == ("P2", "P2")
    assert incident.detected_at == datetime(2024, 3, 1, 7, 55, tzinfo=UTC)
    assert (incident.sla_breach, incident.rto_breach, incident.is_recurring) == (True, False, True)


def test_time_stamps_without_a_zone_are_utc_and_others_are_converted(export):
    export.change("clients", updated_at="2024-04-02T11:30:00+02:00")
    run(export)

    vendor, client = Vendor.objects.get(pk=ID), Client.objects.get(pk=ID)
    assert (vendor.created_at, vendor.updated_at) == (CREATED, UPDATED)
    assert (client.created_at, client.updated_at) == (CREATED, UPDATED)


def test_a_table_without_a_time_of_change_takes_that_of_the_making(export):
    run(export)

    assert SlaAgreement.objects.get(pk=ID).updated_at == CREATED


def test_the_original_row_stays_with_the_record(export):
    run(export)

    for model, table in ((Vendor, "vendors"), (User, "users"), (Approval, "approvals"), (Incident, "incidents")):
        assert model.objects.get(pk=ID).imported_row == ROWS[table]


def test_the_system_principal_is_the_actor_and_every_record_has_its_entry(export):
    run(export)

    for model in (Vendor, Client, User, Product, Component, Subscription, SlaAgreement, Incident, Approval):
        record = model.objects.get(pk=ID)
        assert (record.created_by_id, record.updated_by_id, record.version) == (SYSTEM_ID, SYSTEM_ID, 1)
        entry = AuditEntry.objects.get(reference_type=model.entity_type, reference_id=ID, sequence=1)
        assert (entry.action, entry.operation, entry.user_id, entry.origin) == (
            "create",
            "import.legacy",
            SYSTEM_ID,
            "system",
        )


def test_old_audit_entries_continue_the_chain_of_their_record(export):
    export.add("audit_trails", ID + 1, reference_type="change_request", reference_id="77", action="tool_use")
    run(export)

    entry = AuditEntry.objects.get(legacy_id=ID)
    assert (entry.reference_type, entry.reference_id, entry.sequence) == ("incident", ID, 2)
    assert (entry.user_id, entry.action, entry.origin, entry.created_at) == (ID, "escalate", "imported", CREATED)
    lonely = AuditEntry.objects.get(legacy_id=ID + 1)
    assert (lonely.reference_type, lonely.reference_id, lonely.sequence) == ("change_request", 77, 1)
    assert verify().verified


def test_a_record_that_comes_later_than_its_old_audit_entries_continues_their_chain(export):
    export.add("audit_trails", ID + 1, reference_type="vendor", reference_id=f"{ID + 1}", action="tool_use")
    run(export)
    export.add("vendors", ID + 1, name="Second", contact_email="2@example.com", contact_phone="+49301230002")
    export.add("vendors", ID + 2, name="Third", contact_email="3@example.com", contact_phone="+49301230003")
    run(export)

    trail = AuditEntry.objects.filter(reference_type="vendor").order_by("reference_id", "sequence")
    assert list(trail.filter(reference_id__gt=ID).values_list("reference_id", "sequence", "origin")) == [
        (ID + 1, 1, "imported"),
        (ID + 1, 2, "system"),
        (ID + 2, 1, "system"),
    ]
    assert verify().verified


def test_old_audit_entries_show_short_values_and_hide_private_ones(export):
    export.change("audit_trails", field_name="status", old_value="open", new_value="escalated")
    export.add("audit_trails", ID + 1, field_name="title", old_value="Alice owes", new_value="Bob owes")
    export.add("audit_trails", ID + 2, field_name="no_such_field", old_value="secret one", new_value="secret two")
    run(export)

    shown = {entry.legacy_id: entry.changes for entry in AuditEntry.objects.filter(origin="imported")}
    assert shown[ID] == {"status": {"old": "open", "new": "escalated"}}
    assert shown[ID + 1]["title"]["changed"] is True
    assert "Alice" not in str(shown)
    assert "secret" not in str(shown)


def test_times_in_old_audit_entries_are_spelled_in_utc(export):
    export.change("audit_trails", field_name="resolved_at", old_value="soon", new_value="2025-03-01T10:00:00")
    run(export)

    entry = AuditEntry.objects.get(origin="imported")
    assert entry.reference_type == "incident"
    assert entry.changes == {"resolved_at": {"old": "soon", "new": "2025-03-01T10:00:00Z"}}


def test_ids_continue_after_the_imported_ones(export, api):
    run(export)

    assert VendorFactory().pk > ID
    assert api(EX).post("/vendors/", VENDOR, expect=201).json()["id"] > ID


def test_a_sequence_never_goes_back(export):
    """PostgreSQL counts ids of undone inserts too: another transaction may be holding them."""
    with transaction.atomic():
        undone = [VendorFactory().pk for _ in range(5)]
        transaction.set_rollback(True)
    export.rows["vendors"] = {f"{undone[0]}": {**ROWS["vendors"], "vendor_id": f"{undone[0]}"}}
    run(export.change("products", vendor_id=f"{undone[0]}"))

    assert VendorFactory().pk > (undone[-1] if connection.vendor == "postgresql" else undone[0])


def test_an_imported_account_logs_in_only_after_activation(export, api):
    run(export)
    anonymous = api()
    for guess in ("", "!", PASSWORD):
        body = {"email": "ada@house.example", "password": guess}
        assert anonymous.post("/auth/token/", body).status_code in (400, 401)

    person = User.objects.get(pk=ID)
    approval = approved(manager := api(SA), api(EX), "user.issue_activation", {}, person)
    activate(shares_of(person, manager, approval=approval), PASSWORD)

    anonymous.post("/auth/token/", {"email": "Ada@House.example", "password": PASSWORD}, expect=200)


def test_an_imported_approval_authorises_nothing(export, api):
    run(export)

    refused = api(IM).post("/vendors/", VENDOR, approval=ID, expect=403, code="approval_invalid")

    assert codes(refused) == {"approval_not_found"}
    assert not Vendor.objects.filter(vendor_name="New").exists()


def test_an_imported_approval_is_never_decided(export, api):
    export.change("approvals", status="pending", decided_at=None, approver_id=None)
    run(export)

    for decision in ("approve", "reject"):
        assert api(EX).post(f"/approvals/{ID}/{decision}/", {}).status_code in (403, 409)
    assert Approval.objects.get(pk=ID).status == "pending"


def test_an_imported_record_is_worked_on_like_any_other_and_stays_unchanged_by_a_second_run(export, api):
    run(export)
    api(EX).patch(f"/vendors/{ID}/", {"status": "suspended"}, expect=200)

    assert f"\n0 new, {COUNT} unchanged" in run(export)

    vendor = Vendor.objects.get(pk=ID)
    assert (vendor.status, vendor.version, vendor.imported_row["status"]) == ("suspended", 2, "active")


def test_rows_added_to_the_export_later_are_new_and_the_others_unchanged(export):
    run(export)
    export.add("vendors", ID + 1, name="Second", contact_email="2@example.com", contact_phone="+49301230002")

    assert f"\n1 new, {COUNT} unchanged" in run(export)
    assert Vendor.objects.get(pk=ID + 1).created_at == datetime.fromisoformat(MADE["created_at"]).replace(tzinfo=UTC)
