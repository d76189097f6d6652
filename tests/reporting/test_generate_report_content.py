"""The content of reports compared with the records."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from audit import triggers
from audit.models import AuditEntry
from tests.changes.factories import ChangeFactory
from tests.incidents.factories import IncidentFactory
from tests.reporting.worlds import eventful, generated
from users.choices import EX

pytestmark = pytest.mark.django_db


def section(report, title):
    return next(each for each in report["content"]["sections"] if each["title"] == title)["blocks"]


def figures(blocks):
    return {each["label"]: each["value"] for block in blocks for each in block.get("figures", ())}


def test_the_summary_counts_completed_and_lists_remaining_work(api):
    report = generated(api(EX), eventful(), "executive_summary")
    assert figures(section(report, "Summary"))["Time to resolve"] == 180
    assert figures(section(report, "Key figures of the response")) == {
        "Escalations": 1,
        "Communications": 1,
        "Workarounds": 1,
        "Changes": 1,
        "Rollbacks": 0,
        "Notes": 1,
    }
    remaining = [block["text"] for block in section(report, "Remaining work")]
    assert "1 escalation(s) open." in remaining
    assert "1 change(s) not finished." in remaining


def test_the_compliance_report_finds_a_broken_duty_of_an_imported_record(api):
    incident = eventful()
    decider = incident.resolved_by
    change = ChangeFactory(
        incident=incident, requested_by=decider, approved_by=decider, status="approved", imported_row={}
    )
    report = generated(api(EX), incident, "compliance_report")
    assert figures(section(report, "Verdict"))["Duties segregated"] == "broken"
    rows = {row[0]: row for row in section(report, "Segregation of duties")[0]["rows"]}
    broken = rows["A change is not decided by its requester"]
    assert broken[2:] == ["broken", f"change_request {change.pk}"]


def test_the_compliance_report_proves_the_trail(api):
    incident = eventful()
    report = generated(api(EX), incident, "compliance_report")
    assert figures(section(report, "Verdict"))["Audit trail"] == "verified"
    heads = {row[0]: row[3] for row in section(report, "Proof from the audit trail")[1]["rows"]}
    last = AuditEntry.objects.filter(reference_type="incident", reference_id=incident.pk).order_by("sequence").last()
    assert heads[f"incident {incident.pk}"] == last.hash


def test_the_compliance_report_reports_a_tampered_trail(api):
    incident, caller = eventful(), api(EX)
    connection.check_constraints()  # a table whose checks are still pending cannot be altered
    triggers.remove(connection)
    entry = AuditEntry.objects.filter(reference_type="incident", reference_id=incident.pk).first()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditentry SET operation = 'forged' WHERE id = %s", [entry.pk])
    report = generated(caller, incident, "compliance_report")
    assert figures(section(report, "Verdict"))["Audit trail"] == "broken"
    torn = [row for row in section(report, "Proof from the audit trail")[1]["rows"] if not row[2]]
    assert [row[0] for row in torn] == [f"incident {incident.pk}"]


def test_the_dashboard_measures_against_the_mean_of_peers(api):
    incident, now = eventful(), timezone.now()
    for hours in (2, 4):
        times = {"detected_at": now - timedelta(days=3), "acknowledged_at": now - timedelta(days=3, minutes=-10)}
        IncidentFactory(
            severity="P2", status="resolved", resolved_at=times["detected_at"] + timedelta(hours=hours), **times
        )
    report = generated(api(EX), incident, "performance_dashboard")
    [chart] = section(report, "Compared with similar incidents")
    assert {each["name"]: each["values"] for each in chart["series"]} == {
        "this incident": [60, 180],
        "mean": [10, 180],
    }


def test_the_trend_counts_the_clients_year_month_by_month(api):
    incident, now = eventful(), timezone.now()
    for days in (30, 31, 200, 500):
        IncidentFactory(client=incident.client, detected_at=now - timedelta(days=days))
    IncidentFactory(detected_at=now)
    report = generated(api(EX), incident, "trend_analysis")
    blocks = section(report, f"{incident.client.name} in twelve months")
    assert figures(blocks)["Incidents"] == 4
    assert blocks[0]["figures"][0]["note"] == "1 the year before"
    [chart] = section(report, "Incidents by month")
    assert len(chart["labels"]) == 12
    assert sum(chart["series"][0]["values"]) == 4


def test_the_service_level_is_reckoned_as_everywhere(api):
    report = generated(api(EX), eventful(), "compliance_report")
    assert section(report, "Service level")[0]["text"] == "No agreement applies to this incident."
