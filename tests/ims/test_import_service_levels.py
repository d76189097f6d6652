"""The clocks of old incidents: those that are unresolved run, and no row's own word on a breach is overwritten."""

from datetime import UTC, datetime

import pytest

from incidents.models import Incident
from tests.ims.old_export import ID, OldExport, run
from users.choices import IM

pytestmark = pytest.mark.django_db

UPDATED = datetime(2024, 4, 2, 9, 30, tzinfo=UTC)
OVER = {"resolved_at": "2024-03-01T09:00:00", "closed_at": "2024-03-02T09:00:00", "sla_breach": False}


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    return OldExport(folder).change("incidents", severity="P1", sla_breach=False)


def test_an_unresolved_incident_is_due_by_its_agreement(export, api):
    run(export)

    incident = Incident.objects.get(pk=ID)
    assert incident.sla_agreement_id == ID
    assert incident.response_due_at == datetime(2024, 3, 1, 8, 15, tzinfo=UTC)
    assert incident.resolution_due_at == datetime(2024, 3, 1, 11, 55, tzinfo=UTC)
    told = api(IM).get(f"/incidents/{ID}/sla/", expect=200).json()
    assert (told["agreement_id"], told["state"], told["resolution"]["breached"]) == (ID, "breached", True)
    assert told["arithmetic"]["stretches"][0]["from"] == "2024-03-01T07:55:00Z"


def test_lists_find_it_by_its_due_times(export, api):
    run(export)

    for query in ("sla_state=breached", "due_before=2024-03-01T08:16:00Z"):
        found = api(IM).get(f"/incidents/?{query}", expect=200).json()["results"]
        assert [row["id"] for row in found] == [ID]
    assert api(IM).get("/incidents/?due_before=2024-03-01T08:14:00Z", expect=200).json()["results"] == []


def test_its_times_version_and_stated_breach_are_those_of_its_row(export):
    run(export)
    run(export)

    incident = Incident.objects.get(pk=ID)
    assert (incident.updated_at, incident.version, incident.sla_breach) == (UPDATED, 1, False)


def test_its_next_change_stamps_the_breach_and_keeps_the_clock(export, api):
    run(export)
    changed = api(IM).patch(f"/incidents/{ID}/", {"downtime_minutes": 20}, expect=200).json()
    assert (changed["sla_breach"], changed["resolution_due_at"]) == (True, "2024-03-01T11:55:00Z")


@pytest.mark.parametrize("status", ["resolved", "closed"])
def test_a_resolved_incident_has_no_clock(export, api, status):
    run(export.change("incidents", **OVER, status=status))

    incident = Incident.objects.get(pk=ID)
    assert (incident.sla_agreement_id, incident.response_due_at, incident.sla_history) == (None, None, [])
    assert api(IM).get(f"/incidents/{ID}/sla/", expect=200).json()["state"] == "none"


def test_without_an_agreement_nothing_is_due(export):
    run(export.change("incidents", severity="P4"))

    incident = Incident.objects.get(pk=ID)
    assert (incident.sla_agreement_id, incident.resolution_due_at, incident.sla_due_at) == (None, None, None)
