"""Violations of current rules by old rows: stored with the record, reported, and no reason to refuse the row."""

from typing import Any

import pytest
import time_machine

from audit.models import AuditEntry
from clients.models import Client, SlaAgreement
from core.operations.entities import model_of
from ims.legacy import operation
from ims.legacy.schema import Table
from tests.ims.old_export import COUNT, ID, OldExport, report_of, run
from vendors.models import Vendor

pytestmark = pytest.mark.django_db

BREACHES: list[tuple[str, dict[str, Any], str]] = [
    ("vendors", {"contact_email": "no address"}, "valid_email"),
    ("vendors", {"contact_phone": "030 123"}, "valid_phone"),
    ("vendors", {"vendor_type": "soothsayer"}, "vendor_type_configured"),
    ("vendors", {"updated_at": "2024-02-01T00:00:00"}, "time_stamps_ordered"),
    ("vendors", {"updated_at": "2099-01-01T00:00:00"}, "not_from_the_future"),
    ("vendors", {"colour": "blue"}, "unknown_column"),
    ("vendors", {"name": "Nim\x07bus"}, "control_characters"),
    ("clients", {"contact_email": ""}, "valid_email"),
    ("clients", {"name": "\u200b"}, "name_given"),
    ("clients", {"contact_phone": "call us"}, "valid_phone"),
    ("users", {"timezone": "Mars/Olympus"}, "valid_time_zone"),
    ("users", {"first_name": "", "last_name": " "}, "name_given"),
    ("components", {"port_number": 70_000}, "port_in_range"),
    ("components", {"location": ""}, "location_given"),
    ("subscriptions", {"end_date": "2024-06-30"}, "ended_subscription_not_active"),
    ("sla_agreements", {"response_time_minutes": 600}, "within_tier"),
    ("sla_agreements", {"resolution_time_hours": 1}, "within_tier"),
    ("sla_agreements", {"availability_target": 99.0}, "within_tier"),
    ("incidents", {"description": "  "}, "description_given"),
    ("incidents", {"incident_code": "INC-7"}, "computed_from_id"),
    ("incidents", {"detected_at": "2099-01-01T00:00:00"}, "not_from_the_future"),
    ("incidents", {"status": "resolved"}, "incident_times_fit_status"),
    ("incidents", {"resolved_at": "2024-03-05T00:00:00"}, "incident_times_fit_status"),
    (
        "incidents",
        {"status": "resolved", "resolved_at": "2024-02-01T00:00:00"},
        "incident_times_ordered",
    ),
    (
        "incidents",
        {"status": "closed", "resolved_at": "2024-03-05T00:00:00", "closed_at": "2024-03-06T00:00:00"},
        "closed_with_root_cause",
    ),
    ("approvals", {"reference_id": "12"}, "reference_exists"),
    ("approvals", {"reference_type": "unicorn"}, "reference_exists"),
    ("approvals", {"requested_action": ""}, "action_given"),
    ("approvals", {"status": "pending"}, "approval_decided_by_somebody"),
    ("approvals", {"approver_id": None}, "approval_decided_by_somebody"),
    ("approvals", {"decided_at": "2024-02-01T00:00:00"}, "approval_decided_after_request"),
    ("audit_trails", {"reference_id": "12"}, "reference_exists"),
]
# The one rule that every old approval breaks.
ALWAYS = ("approvals", "approval_binds_who_and_what")


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    return OldExport(folder)


def broken(report: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["table"], each["rule"]) for each in report["violations"]} - {ALWAYS}


def test_rows_that_keep_to_the_rules_are_not_reported(export, tmp_path):
    assert broken(report_of(export, tmp_path)) == set()


@pytest.mark.parametrize(("table", "columns", "rule"), BREACHES, ids=[f"{b[0]}-{b[2]}" for b in BREACHES])
def test_a_violated_rule_is_reported_and_stored_with_the_record(export, tmp_path, table, columns, rule):
    report = report_of(export.change(table, **columns), tmp_path)

    assert (table, rule) in broken(report)
    said = next(each for each in report["violations"] if (each["table"], each["rule"]) == (table, rule))
    assert said["id"] == ID
    assert said["detail"]
    assert {"rule": rule, "detail": said["detail"]} in kept_with(table)


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("clients", {"contact_phone": None, "address": None}),
        ("products", {"vendor_id": None, "version": None}),
        ("components", {"port_number": None}),
        ("subscriptions", {"rto_hours": None}),
        ("sla_agreements", {"availability_target": None}),
        ("incidents", {"component_id": None, "assigned_manager_id": None, "downtime_minutes": None}),
        ("approvals", {"reference_type": None, "reference_id": None}),
    ],
)
def test_optional_values_may_be_absent_in_the_export(export, tmp_path, table, columns):
    assert broken(report_of(export.change(table, **columns), tmp_path)) == set()


def kept_with(table: str) -> list[dict[str, str]]:
    if table == "audit_trails":
        return AuditEntry.objects.get(legacy_id=ID).meta["violations"]
    singular = {"sla_agreements": "sla"}.get(table, table.removesuffix("s"))
    return model_of(singular).objects.get(pk=ID).imported_violations


def test_a_value_that_violates_a_rule_is_stored_unchanged(export):
    run(export.change("vendors", contact_phone="030 123", contact_email="no address"))

    vendor = Vendor.objects.get(pk=ID)
    assert (vendor.contact_phone, vendor.contact_email) == ("030 123", "no address")


def test_control_characters_are_removed_from_imported_texts(export):
    run(export.change("vendors", name="Nim\x07bus").change("clients", address="1 Quay\r\nHamburg\x85"))

    assert Vendor.objects.get(pk=ID).vendor_name == "Nimbus"
    assert Client.objects.get(pk=ID).address == "1 Quay\nHamburg"


def test_agreements_out_of_order_are_reported_for_the_active_ones(export, tmp_path):
    export.change("subscriptions", subscription_type="custom")
    export.add("sla_agreements", ID + 1, severity_level="P2", response_time_minutes=10)
    export.add("sla_agreements", ID + 2, severity_level="P3", response_time_minutes=5, status="inactive")

    violations = report_of(export, tmp_path)["violations"]

    assert {each["id"] for each in violations if each["rule"] == "agreements_in_order"} == {ID, ID + 1}
    assert not any(each["rule"] == "within_tier" for each in violations)


@pytest.mark.parametrize(("client", "reported"), [(ID, False), (ID + 1, True)])
def test_a_client_contact_reports_for_the_own_client(export, tmp_path, client, reported):
    export.add("clients", ID + 1, registration_number="HRB 8", contact_email="8@example.com")
    export.add("users", ID + 1, email="c@example.com", role="client_contact", client_id=f"{client}")
    export.change("incidents", reporter_id=f"{ID + 1}")

    assert (("incidents", "reporter_of_the_client") in broken(report_of(export, tmp_path))) is reported


@pytest.mark.parametrize(
    ("manager", "status", "reported"),
    [
        ({"role": "technical_support"}, "in_progress", True),
        ({"status": "suspended"}, "in_progress", True),
        ({"status": "suspended"}, "resolved", False),
        ({}, "in_progress", False),
    ],
)
def test_an_incident_is_managed_by_an_active_incident_manager(export, tmp_path, manager, status, reported):
    resolved_at = "2024-03-05T00:00:00" if status == "resolved" else None
    export.add("users", ID + 1, email="m@example.com", **manager)
    export.change("incidents", assigned_manager_id=f"{ID + 1}", status=status, resolved_at=resolved_at)

    assert (("incidents", "assigned_manager_is_active_im") in broken(report_of(export, tmp_path))) is reported


@pytest.mark.parametrize("proven", [True, False])
def test_an_escalated_incident_has_an_escalation(export, tmp_path, proven):
    if not proven:
        export.rows["escalations"].clear()
    export.change("incidents", status="escalated")

    assert broken(report_of(export, tmp_path)) == (set() if proven else {("incidents", "escalated_by_an_escalation")})


def test_a_closed_incident_with_its_analysis_is_not_reported(export, tmp_path):
    times = {"resolved_at": "2024-03-05T00:00:00", "closed_at": "2024-03-06T00:00:00"}
    export.change("incidents", status="closed", **times)
    export.change("root_cause_analyses", status="completed", completed_at="2024-03-02T00:00:00")

    assert ("incidents", "closed_with_root_cause") not in broken(report_of(export, tmp_path))


def test_a_second_run_reports_the_stored_violations(export, tmp_path):
    export.change("subscriptions", end_date="2026-06-30")
    with time_machine.travel("2026-06-01T00:00:00Z"):
        first = report_of(export, tmp_path)
    with time_machine.travel("2026-08-01T00:00:00Z"):
        second = report_of(export, tmp_path)

    assert first["violations"] == second["violations"]


def test_an_imported_breach_does_not_hinder_other_changes_of_the_record(export, api):
    run(export.change("sla_agreements", response_time_minutes=600))

    api("executive").patch(f"/sla-agreements/{ID}/", {"status": "inactive"}, expect=200)

    assert SlaAgreement.objects.get(pk=ID).imported_violations[0]["rule"] == "within_tier"


def test_the_summary_shows_tables_rules_and_pending_tables(export, monkeypatch):
    """A table of the export without a model is reported as not imported."""
    waiting = Table("soundings", key="sounding_id", entity_type="sounding")
    monkeypatch.setattr(operation, "TABLES", (*operation.TABLES, waiting))
    export.other("soundings", **{"1": {"sounding_id": "1"}, "2": {"sounding_id": "2"}})

    said = run(export.change("vendors", contact_phone="030 123"))

    assert "valid_phone" in said
    assert f"{COUNT} new, 0 unchanged, 2 violations" in said
    assert "soundings (2)" in said
