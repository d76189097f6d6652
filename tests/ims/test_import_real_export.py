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
from clients.models import Client, SlaAgreement, Subscription
from core.models import Record
from incidents.models import Incident
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
    "approvals": Approval,
}


def rows(table: str) -> dict[int, dict[str, Any]]:
    assert EXPORT is not None
    return {int(key): row for key, row in json.loads((EXPORT / f"{table}.json").read_text()).items()}


def everything() -> dict[str, Any]:
    """Every record of every table, as the database holds it."""
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
            assert found[pk].created_at == datetime.fromisoformat(row["created_at"]).replace(tzinfo=UTC)
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


def test_the_report_names_the_approvals_that_bind_nobody_and_nothing(tmp_path):
    violations = report_of(EXPORT, tmp_path)["violations"]

    assert ids(violations, "approvals", "approval_binds_who_and_what") == set(rows("approvals"))
    assert ids(violations, "approvals", "approval_decided_by_somebody") == {
        pk for pk, row in rows("approvals").items() if row["status"] == "pending" and row["decided_at"]
    }


def test_the_report_names_the_agreements_outside_their_tier(tmp_path):
    """Told here from the policy's text, not by the house's own function."""
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


def ids(violations: list[dict[str, Any]], table: str, rule: str) -> set[int]:
    return {each["id"] for each in violations if (each["table"], each["rule"]) == (table, rule)}
