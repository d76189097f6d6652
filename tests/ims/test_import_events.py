"""Old events and correlations: imported, and checked against the current rules."""

from datetime import UTC, datetime
from typing import Any

import pytest

from incidents.models import EventCorrelation, EventRecord
from tests.ims.old_export import ID, OldExport, report_of, run

pytestmark = pytest.mark.django_db

EVENT = {
    "event_id": f"{ID}",
    "source": "alert_log",
    "payload_summary": "Queue is full",
    "severity_hint": "P2",
    "detected_at": "2024-03-01T10:00:00",
    "recorded_by_id": f"{ID}",
    "created_at": "2024-03-01T10:00:00",
}
CORRELATION = {
    "correlation_id": f"{ID}",
    "event_id": f"{ID}",
    "correlation_key": "SIG-1",
    "incident_id": f"{ID}",
    "created_at": "2024-03-02T00:00:00",
}


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    return OldExport(folder)


def filled(export: OldExport, event: dict[str, Any] | None = None, *correlations: dict[str, Any]) -> OldExport:
    rows = {str(ID + n): {**CORRELATION, "correlation_id": f"{ID + n}", **each} for n, each in enumerate(correlations)}
    export.other("event_records", **{f"{ID}": {**EVENT, **(event or {})}})
    return export.other("event_correlations", **rows)


def broken(report: dict[str, Any], table: str) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for each in report["violations"]:
        if each["table"] == table:
            found.setdefault(each["id"], set()).add(each["rule"])
    return found


def test_events_keep_who_recorded_them_and_when(export):
    run(filled(export, None, {}))

    event, row = EventRecord.objects.get(pk=ID), EventCorrelation.objects.get(pk=ID)
    assert (event.created_by_id, event.updated_by_id) == (ID, ID)
    assert event.created_at == event.detected_at == datetime(2024, 3, 1, 10, tzinfo=UTC)
    assert (event.severity_hint, event.fingerprint, event.attributes) == ("P2", None, {})
    assert (row.event_id, row.incident_id, row.correlation_key, row.decision) == (ID, ID, "SIG-1", "")


@pytest.mark.parametrize("role", ["incident_manager", "technical_support"])
def test_events_recorded_by_other_roles_are_reported(export, tmp_path, role):
    report = report_of(filled(export.change("users", role=role)), tmp_path)
    expected = {} if role == "incident_manager" else {ID: {"recorded_by_permitted_role"}}
    assert broken(report, "event_records") == expected


@pytest.mark.parametrize(
    ("columns", "rules"),
    [
        ({"payload_summary": ""}, {"summary_given"}),
        ({"severity_hint": None}, set()),
        ({"detected_at": "2024-03-01T11:00:00"}, {"recorded_after_detection"}),
        ({"created_at": "2099-01-01T00:00:00"}, {"not_from_the_future"}),
    ],
)
def test_broken_rules_of_events_are_reported(export, tmp_path, columns, rules):
    report = report_of(filled(export.change("users", role="incident_manager"), columns), tmp_path)
    assert broken(report, "event_records") == ({ID: rules} if rules else {})


def test_an_event_correlated_twice_with_an_incident_is_reported_from_the_second_on(export, tmp_path):
    rows = ({}, {"correlation_key": "SIG-2"}, {"correlation_key": "SIG-3", "incident_id": None})
    report = report_of(filled(export, None, *rows), tmp_path)
    assert broken(report, "event_correlations") == {ID + 1: {"correlated_once"}}
    assert EventCorrelation.objects.count() == 3


def test_a_correlation_before_the_detection_is_reported(export, tmp_path):
    report = report_of(filled(export, None, {"created_at": "2024-02-28T00:00:00"}), tmp_path)
    assert broken(report, "event_correlations") == {ID: {"correlated_after_detection"}}


def test_an_unknown_hint_is_refused(export):
    with pytest.raises(Exception, match="severity_hint"):
        run(filled(export, {"severity_hint": "P9"}))
    assert not EventRecord.objects.exists()
