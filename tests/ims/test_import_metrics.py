"""Old metrics: one column of minutes for every metric type, also of incidents that were never closed."""

import pytest

from audit.models import AuditEntry
from reporting.metrics.models import Metric
from tests.ims.old_export import HELPER, ID, OldExport, report_of, run

pytestmark = pytest.mark.django_db

METRIC = {
    "metric_id": f"{ID}",
    "incident_id": f"{ID}",
    "metric_type": "mean_time_to_resolve",
    "value_minutes": 6640,
    "target_minutes": None,
    "recorded_by_id": f"{ID}",
    "recorded_at": "2024-08-05T02:46:41.754891",
}
CLOSED = {"status": "closed", "resolved_at": "2024-03-02T00:00:00", "closed_at": "2024-03-03T00:00:00"}


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    return OldExport(folder).change("incidents", **CLOSED)


def broken(report):
    return {each["rule"] for each in report["violations"] if each["table"] == "metrics"}


def test_a_metric_is_imported_unchanged(export, tmp_path, api):
    report = report_of(export.other("metrics", **{f"{ID}": METRIC}), tmp_path)

    assert broken(report) == set()
    shown = api("incident_manager").get(f"/metrics/{ID}/", expect=200).json()
    assert (shown["calculated_value_minutes"], shown["unit"], shown["stated"]) == (6640, "minutes", True)
    assert (shown["derivable"], shown["derived_value"], shown["matches"]) == (False, None, None)
    assert (shown["created_at"], shown["created_by_id"]) == ("2024-08-05T02:46:41.754891Z", ID)
    assert Metric.objects.get(pk=ID).imported_row == METRIC
    assert AuditEntry.objects.filter(reference_type="metric", reference_id=ID).exists()


@pytest.mark.parametrize(
    ("columns", "incident", "rule"),
    [
        ({}, {"status": "in_progress", "resolved_at": None, "closed_at": None}, "metric_of_closed_incident"),
        ({"metric_type": "sla_breach_rate"}, {}, "unit_of_its_type"),
        ({"recorded_by_id": f"{HELPER}"}, {}, "recorded_by_permitted_role"),
        ({"recorded_at": "2099-01-01T00:00:00"}, {}, "not_from_the_future"),
    ],
)
def test_violations_of_current_rules_are_stored_and_reported(export, tmp_path, columns, incident, rule):
    export.change("incidents", **incident)
    report = report_of(export.other("metrics", **{f"{ID}": {**METRIC, **columns}}), tmp_path)

    assert broken(report) == {rule}
    metric = Metric.objects.get(pk=ID)
    assert [each["rule"] for each in metric.imported_violations] == [rule]
    assert metric.calculated_value_minutes == 6640


def test_a_second_run_changes_nothing(export):
    export.other("metrics", **{f"{ID}": METRIC})
    run(export)

    assert "\n0 new, " in run(export)
    assert Metric.objects.count() == 1
