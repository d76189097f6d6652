"""The export of the older system, imported completely. Skipped where it is not at hand."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command

from approvals.models import Approval
from audit.models import AuditEntry
from audit.verify import verify
from changes.models import ChangeRequest, RollbackRequest
from clients.models import Client, SlaAgreement, Subscription
from core.models import Record
from incidents.models import (
    Communication,
    Escalation,
    EventCorrelation,
    EventRecord,
    Incident,
    RootCauseAnalysis,
    Workaround,
)
from products.models import Component, Product
from tests.ims.old_export import TABLES, real_export, report_of, run
from users.models import User
from vendors.models import Vendor

EXPORT = real_export()
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        EXPORT is None or not EXPORT.is_dir(), reason="the old export is not here; see IMS_LEGACY_EXPORT"
    ),
]

MODELS: dict[str, Any] = {
    "vendors": Vendor,
    "clients": Client,
    "users": User,
    "products": Product,
    "components": Component,
    "subscriptions": Subscription,
    "sla_agreements": SlaAgreement,
    "incidents": Incident,
    "event_records": EventRecord,
    "event_correlations": EventCorrelation,
    "escalations": Escalation,
    "communications": Communication,
    "workarounds": Workaround,
    "root_cause_analyses": RootCauseAnalysis,
    "change_requests": ChangeRequest,
    "rollback_requests": RollbackRequest,
    "approvals": Approval,
}
# The time of a row's making, where it has another name.
MADE = {"escalations": "escalated_at", "workarounds": "implemented_at"}


def rows(table: str) -> dict[int, dict[str, Any]]:
    assert EXPORT is not None
    return {int(key): row for key, row in json.loads((EXPORT / f"{table}.json").read_text()).items()}


def everything() -> dict[str, Any]:
    """Every stored record of every table."""
    models = [model for model in apps.get_models() if issubclass(model, Record) or model is AuditEntry]
    return {model._meta.label: list(model.objects.order_by("pk").values()) for model in models}


def test_every_row_is_there_under_its_id_with_its_time_stamps_and_as_it_was():
    run(EXPORT)

    for table, model in MODELS.items():
        expected = rows(table)
        found = {record.pk: record for record in model.objects.exclude(pk=0)}
        assert found.keys() == expected.keys(), table
        for pk, row in expected.items():
            assert found[pk].imported_row == row
            made = row[MADE.get(table, "created_at")]
            assert found[pk].created_at == datetime.fromisoformat(made).replace(tzinfo=UTC)
            if "updated_at" in row:
                assert found[pk].updated_at == datetime.fromisoformat(row["updated_at"]).replace(tzinfo=UTC)


def test_every_old_audit_entry_is_there_in_the_chain_of_its_record():
    run(EXPORT)

    entries = {entry.legacy_id: entry for entry in AuditEntry.objects.filter(origin="imported")}
    expected = rows("audit_trails")
    assert entries.keys() == expected.keys()
    for pk, row in expected.items():
        entry = entries[pk]
        assert (entry.action, entry.reference_type, entry.reference_id, entry.user_id) == (
            row["action"],
            row["reference_type"],
            int(row["reference_id"]),
            int(row["user_id"]),
        )
        assert entry.created_at == datetime.fromisoformat(row["created_at"]).replace(tzinfo=UTC)


def test_the_trail_verifies_after_the_import():
    run(EXPORT)

    assert verify().verified
    call_command("audit_verify")


def test_the_report_counts_every_table(tmp_path):
    report = report_of(EXPORT, tmp_path)

    assert len(report["tables"]) == len(TABLES)
    assert {each["table"] for each in report["tables"]} == set(TABLES)
    for each in report["tables"]:
        assert each["rows"] == len(rows(each["table"]))
        assert each["imported"] == (0 if each["not_yet"] else each["rows"]), each["table"]
    assert {each["table"] for each in report["tables"] if not each["not_yet"]} >= {*MODELS, "audit_trails"}


def test_a_second_run_changes_nothing():
    run(EXPORT)
    before = everything()

    said = run(EXPORT)

    assert "\n0 new, " in said
    assert everything() == before


def test_a_dry_run_reports_the_same_and_writes_nothing(tmp_path):
    before = everything()

    rehearsed = report_of(EXPORT, tmp_path, "--dry-run")

    assert everything() == before
    done = report_of(EXPORT, tmp_path)
    assert {**rehearsed, "dry_run": False} == done


def test_the_report_lists_approvals_without_requester_or_target(tmp_path):
    violations = report_of(EXPORT, tmp_path)["violations"]

    assert ids(violations, "approvals", "approval_binds_who_and_what") == set(rows("approvals"))
    assert ids(violations, "approvals", "approval_decided_by_somebody") == {
        pk for pk, row in rows("approvals").items() if row["status"] == "pending" and row["decided_at"]
    }


def test_the_report_names_the_agreements_outside_their_tier(tmp_path):
    """The expectation comes from the policy's text, not from the product's own function."""
    response = {"premium": (15, 30, 1440, 2880), "standard": (60, 120, 2880, 4320), "basic": (240, 480, 7200, 10080)}
    resolution = {"premium": (2, 4, 128), "standard": (8, 24, 168), "basic": (24, 48, 336)}
    available = {"premium": 99.9, "standard": 99.5, "basic": 99.0}
    subscriptions = rows("subscriptions")
    outside = set()
    for pk, row in rows("sla_agreements").items():
        subscription = subscriptions[int(row["subscription_id"])]
        tier, severity = subscription["service_level_tier"], row["severity_level"]
        low1, high1, low4, high4 = response[tier]
        low, high = {"P1": (low1, high1), "P4": (low4, high4)}.get(severity, (low1, high4))
        shortest, longest1, longest4 = resolution[tier]
        longest = longest1 if severity == "P1" else longest4
        fits = (
            low <= row["response_time_minutes"] <= high
            and shortest <= row["resolution_time_hours"] <= longest
            and available[tier] <= row["availability_target"] <= 100
        )
        if not fits and subscription["subscription_type"] != "custom":
            outside.add(pk)

    violations = report_of(EXPORT, tmp_path)["violations"]

    assert outside
    assert ids(violations, "sla_agreements", "within_tier") == outside


def test_the_report_names_reporters_of_other_clients_and_empty_texts(tmp_path):
    people, incidents = rows("users"), rows("incidents")
    violations = report_of(EXPORT, tmp_path)["violations"]

    assert ids(violations, "incidents", "description_given") == {
        pk for pk, row in incidents.items() if not row["description"].strip()
    }
    assert ids(violations, "incidents", "reporter_of_the_client") == {
        pk
        for pk, row in incidents.items()
        if (reporter := people[int(row["reporter_id"])])["role"] == "client_contact"
        and reporter["client_id"] != row["client_id"]
    }


def test_the_report_names_the_rolled_back_changes_without_a_rollback(tmp_path):
    completed = {row["change_id"] for row in rows("rollback_requests").values() if row["status"] == "completed"}
    alone = {
        pk for pk, row in rows("change_requests").items() if row["status"] == "rolled_back" and f"{pk}" not in completed
    }
    violations = report_of(EXPORT, tmp_path)["violations"]

    assert alone
    assert ids(violations, "change_requests", "rolled_back_by_a_rollback") == alone


def test_the_report_lists_former_statuses_of_rollbacks(tmp_path):
    old = {pk for pk, row in rows("rollback_requests").items() if row["status"] in ("approved", "failed")}
    violations = report_of(EXPORT, tmp_path)["violations"]

    assert old
    assert ids(violations, "rollback_requests", "value_of_today") == old
    for rollback in RollbackRequest.objects.filter(pk__in=old):
        assert (rollback.imported_row["status"], rollback.status) in {("approved", "requested"), ("failed", "rejected")}


def test_the_report_names_the_escalations_whose_target_does_not_fit(tmp_path):
    """The expected level of each role comes from the decision record, not from the product's own table."""
    levels = {
        "technical_support": "technical",
        "system_administrator": "technical",
        "incident_manager": "management",
        "account_manager": "management",
        "executive": "executive",
        "vendor_contact": "vendor",
    }
    people, escalations = rows("users"), rows("escalations")
    roles = {pk: people[int(row["escalated_to_id"])]["role"] for pk, row in escalations.items()}
    violations = report_of(EXPORT, tmp_path)["violations"]

    contacts = {pk for pk, role in roles.items() if role == "client_contact"}
    assert contacts <= ids(violations, "escalations", "escalation_target_valid")
    assert ids(violations, "escalations", "level_of_the_target") == {
        pk for pk, row in escalations.items() if pk not in contacts and levels[roles[pk]] != row["escalation_level"]
    }


def test_the_report_names_the_escalated_incidents_without_escalation(tmp_path):
    known = {row["incident_id"] for row in rows("escalations").values()}
    alone = {pk for pk, row in rows("incidents").items() if row["status"] == "escalated" and f"{pk}" not in known}

    violations = report_of(EXPORT, tmp_path)["violations"]

    assert ids(violations, "incidents", "escalated_by_an_escalation") == alone


@pytest.mark.parametrize(
    ("table", "column", "rule"),
    [
        ("communications", "message_body", "message_given"),
        ("workarounds", "description", "description_given"),
        ("rollback_requests", "justification", "justification_given"),
    ],
)
def test_the_report_names_the_empty_texts(tmp_path, table, column, rule):
    violations = report_of(EXPORT, tmp_path)["violations"]

    assert ids(violations, table, rule) == {pk for pk, row in rows(table).items() if not row[column].strip()}


def ids(violations: list[dict[str, Any]], table: str, rule: str) -> set[int]:
    return {each["id"] for each in violations if (each["table"], each["rule"]) == (table, rule)}
