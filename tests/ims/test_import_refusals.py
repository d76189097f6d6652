"""Exports that are refused: with the table, the row and the column, and with nothing written."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import OperationalError

from audit.models import AuditEntry
from core.codes import Code
from core.errors import Refusal
from core.operations.dispatch import execute
from ims.legacy import operation
from tests.clients.factories import ClientFactory
from tests.ims.old_export import COUNT, ID, ROWS, OldExport, run
from tests.incidents.factories import IncidentFactory
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from vendors.models import Vendor

pytestmark = pytest.mark.django_db


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    return OldExport(folder)


def refused(export: Any, *options: str) -> str:
    """Run an import that must fail; returns its message, having seen that nothing was written."""
    before = AuditEntry.objects.count(), Vendor.objects.count()
    with pytest.raises(CommandError) as failure:
        run(export, *options)
    assert (AuditEntry.objects.count(), Vendor.objects.count()) == before
    return str(failure.value)


BAD_VALUES: list[tuple[str, dict[str, Any], str]] = [
    ("vendors", {"created_at": "yesterday"}, "created_at"),
    ("vendors", {"created_at": None}, "created_at"),
    ("vendors", {"created_at": 7}, "created_at"),
    ("vendors", {"created_at": "0001-01-01T00:00:00+14:00"}, "created_at"),
    ("vendors", {"name": 12}, "name"),
    ("vendors", {"name": "x" * 201}, "name"),
    ("vendors", {"contact_phone": "0" * 17}, "contact_phone"),
    ("vendors", {"status": "dormant"}, "status"),
    ("vendors", {"vendor_id": "8"}, "vendor_id"),
    ("users", {"first_name": None}, "first_name"),
    ("users", {"client_id": "one"}, "client_id"),
    ("users", {"client_id": "-1"}, "client_id"),
    ("users", {"role": None}, "role"),
    ("components", {"port_number": "443"}, "port_number"),
    ("components", {"port_number": -1}, "port_number"),
    ("subscriptions", {"start_date": "2024-13-01"}, "start_date"),
    ("subscriptions", {"start_date": None}, "start_date"),
    ("subscriptions", {"rto_hours": 1.5}, "rto_hours"),
    ("subscriptions", {"rto_hours": 2**31 // 60 + 1}, "rto_hours"),
    ("sla_agreements", {"response_time_minutes": True}, "response_time_minutes"),
    ("sla_agreements", {"response_time_minutes": 2**31}, "response_time_minutes"),
    ("sla_agreements", {"availability_target": None, "severity_level": None}, "severity_level"),
    ("incidents", {"client_id": None}, "client_id"),
    ("incidents", {"downtime_minutes": "ten"}, "downtime_minutes"),
    ("sla_agreements", {"availability_target": "high"}, "availability_target"),
    ("sla_agreements", {"availability_target": 99.12345}, "availability_target"),
    ("sla_agreements", {"availability_target": [99]}, "availability_target"),
    ("sla_agreements", {"availability_target": "1e99"}, "availability_target"),
    ("sla_agreements", {"availability_target": "NaN"}, "availability_target"),
    ("incidents", {"is_recurring": "yes"}, "is_recurring"),
    ("incidents", {"category": "weather"}, "category"),
    ("escalations", {"escalation_level": "galactic"}, "escalation_level"),
    ("escalations", {"escalated_at": None}, "escalated_at"),
    ("escalations", {"escalation_reason": 7}, "escalation_reason"),
    ("escalations", {"escalated_to_id": None}, "escalated_to_id"),
    ("communications", {"communication_type": "pigeon"}, "communication_type"),
    ("communications", {"subject": "x" * 201}, "subject"),
    ("workarounds", {"implemented_at": None}, "implemented_at"),
    ("root_cause_analyses", {"analysis_method": "dice"}, "analysis_method"),
    ("change_requests", {"status": "forgotten"}, "status"),
    ("rollback_requests", {"status": "forgotten"}, "status"),
    ("rollback_requests", {"validation_completed": None}, "validation_completed"),
    ("audit_trails", {"action": "guess"}, "action"),
    ("audit_trails", {"reference_id": None}, "reference_id"),
    ("audit_trails", {"field_name": 3}, "field_name"),
]


@pytest.mark.parametrize(("table", "columns", "column"), BAD_VALUES)
def test_a_value_that_cannot_be_stored_is_refused_by_table_row_and_column(export, table, columns, column):
    said = refused(export.change(table, **columns))

    assert f"{table} row {ID}" in said
    assert column in said
    assert "Nothing was imported" in said


@pytest.mark.parametrize(
    ("table", "column"), [(table, name) for table, row in ROWS.items() for name in row if name.endswith("_at")]
)
def test_a_missing_column_is_refused(export, table, column):
    assert f"{table} row {ID}: the row lacks {column}" in refused(export.drop(table, column))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        '{"1": []}',
        '{"x": {}}',
        '{"0": {}}',
        '{"99999999999999999999": {}}',
        '{"1": {"vendor_id": "1"}, "1": {"vendor_id": "1"}}',
        '{"1": {"vendor_id": "1", "name": "a\\u0000b"}}',
        '{"1": {"vendor_id": "1", "name": "\\ud800"}}',
        '{"1": {"vendor_id": NaN}}',
        '{"1": {"vendor_id": 1e999}}',
        "[" * 100_000,
    ],
)
def test_a_file_that_is_no_table_is_refused(export, text):
    assert refused(export.raw("vendors", text)).startswith("vendors")


def test_a_file_that_is_not_utf8_is_refused(export):
    (export.folder / "clients.json").write_bytes(b'{"1": "\xff"}')

    assert refused(export).startswith("clients")


def test_a_missing_file_is_refused_even_of_a_table_without_a_place(export):
    (export.folder / "workarounds.json").unlink()

    assert "workarounds.json" in refused(export)


def test_a_missing_folder_is_refused(tmp_path):
    assert "the folder does not exist" in refused(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("table", "column", "to"),
    [
        ("users", "client_id", "clients"),
        ("products", "vendor_id", "vendors"),
        ("components", "product_id", "products"),
        ("subscriptions", "client_id", "clients"),
        ("sla_agreements", "subscription_id", "subscriptions"),
        ("incidents", "component_id", "components"),
        ("incidents", "reporter_id", "users"),
        ("escalations", "incident_id", "incidents"),
        ("escalations", "escalated_to_id", "users"),
        ("communications", "recipient_user_id", "users"),
        ("workarounds", "implemented_by_id", "users"),
        ("root_cause_analyses", "conducted_by_id", "users"),
        ("change_requests", "approved_by_id", "users"),
        ("rollback_requests", "change_id", "change_requests"),
        ("approvals", "approver_id", "users"),
        ("audit_trails", "user_id", "users"),
    ],
)
def test_a_reference_to_a_row_that_is_not_there_is_refused(export, table, column, to):
    said = refused(export.change(table, **{column: "404"}))

    assert f"{table} row {ID}, {column}: there is no row 404 in {to}" in said


def test_a_reference_is_not_met_by_a_record_made_here(export):
    vendor = VendorFactory()

    assert "products row" in refused(export.change("products", vendor_id=f"{vendor.pk}"))


def test_an_id_held_by_a_record_made_here_is_refused(export):
    vendor = VendorFactory()
    export.add("vendors", vendor.pk, name="Second", contact_email="2@example.com", contact_phone="+49301230002")

    said = refused(export)

    assert f"vendors row {vendor.pk}, vendor_id: vendor {vendor.pk} already exists and was not imported" in said


def test_a_row_that_changed_since_it_was_imported_is_refused(export):
    run(export)

    said = refused(export.change("clients", address="2 Quay"))

    assert f"clients row {ID}, client_id: client {ID} was imported from a different row" in said


def test_an_audit_row_that_changed_since_it_was_imported_is_refused(export):
    run(export)

    assert f"audit_trails row {ID}" in refused(export.change("audit_trails", new_value="later"))


def test_a_unique_value_twice_in_the_export_is_refused(export):
    taken = {"contact_email": "HELP@nimbus.example"}
    said = refused(export.add("vendors", ID + 1, name="Second", contact_phone="+49301230002", **taken))

    assert f"vendors row {ID + 1}, contact_email:" in said
    assert "another row or record has the same value" in said


def test_a_unique_value_that_a_record_made_here_has_is_refused(export):
    ClientFactory(registration_number="hrb  7")

    said = refused(export)

    assert f"clients row {ID}, registration_number" in said


def test_two_active_agreements_for_one_severity_are_refused(export):
    said = refused(export.add("sla_agreements", ID + 1))

    assert f"sla_agreements row {ID + 1}" in said
    assert "severity_level" in said


def test_two_unresolved_incidents_for_the_same_thing_are_refused(export):
    said = refused(export.add("incidents", ID + 1, incident_code=f"INC-{ID + 1:08d}"))

    assert f"incidents row {ID + 1}" in said


def test_two_unfinished_rollbacks_of_one_change_are_refused(export):
    """Also when one of them is unfinished only by the status that it is mapped to."""
    said = refused(export.add("rollback_requests", ID + 1, status="approved"))

    assert f"rollback_requests row {ID + 1}" in said
    assert "rollback_one_unfinished_per_change" in said


def test_a_rule_of_the_database_without_exception_for_old_rows_is_named(export):
    said = refused(export.change("users", role="client_contact"))

    assert f"users row {ID}" in said
    assert "user_contact_has_organisation" in said


def test_a_report_that_cannot_be_written_is_refused_before_the_import(export, tmp_path):
    for target in (tmp_path, tmp_path / "nowhere" / "report.json"):
        assert "nothing was imported" in refused(export, "--report", str(target))


def test_a_dry_run_refuses_the_same(export):
    assert refused(export.change("vendors", status="dormant"), "--dry-run") == refused(export)


def test_a_dry_run_writes_nothing(export):
    before = AuditEntry.objects.count()

    said = run(export, "--dry-run")

    assert f"{COUNT} new, 0 unchanged" in said
    assert "dry run: nothing was written" in said
    assert (AuditEntry.objects.count(), Vendor.objects.count()) == (before, 0)


def test_only_the_system_principal_imports():
    """The operation is only available as a command, and to no role."""
    with pytest.raises(Refusal) as refusal:
        execute("import.legacy", actor=UserFactory(role="executive"), data={})
    assert refusal.value.code == Code.ROLE_NOT_PERMITTED


def test_an_open_incident_made_here_for_the_same_thing_is_refused(export):
    run(export)
    incident = IncidentFactory(client_id=ID, component_id=None, category="system_outage", title="Same")
    export.add("incidents", ID + 1, component_id=None, title="same", incident_code=f"INC-{ID + 1:08d}")

    assert incident.pk
    assert f"incidents row {ID + 1}" in refused(export)


def test_a_database_failure_is_reported_without_a_traceback(export, monkeypatch):
    def deadlock(models: Any) -> None:
        raise OperationalError("deadlock detected")

    monkeypatch.setattr(operation, "lock", deadlock)

    assert "the database failed: deadlock detected" in refused(export)


def test_a_failed_report_states_that_the_import_is_complete(export, tmp_path, monkeypatch):
    def full(path: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)

    with pytest.raises(CommandError, match="the import is complete, but its report was not written"):
        run(export, "--report", str(tmp_path / "report.json"))
    assert Vendor.objects.filter(pk=ID).exists()


def test_a_file_that_cannot_be_read_is_refused(export, monkeypatch):
    def unreadable(path: Path, **options: Any) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", unreadable)

    assert "vendors: the file cannot be read (Permission denied)" in refused(export)
