"""Timeline entries from alerts and from the audit trail: transitions without a record, and actors."""

import pytest

from tests.changes.factories import ChangeFactory, RollbackFactory
from tests.clients.factories import ClientFactory
from tests.incidents.factories import AnalysisFactory, EscalationFactory, IncidentFactory, WorkaroundFactory
from tests.products.factories import ComponentFactory
from tests.resolution.test_timeline import kinds, told
from users.choices import EX, IM, TS

pytestmark = pytest.mark.django_db


def test_the_trail_supplies_transitions_and_acknowledgements(api):
    incident, worker = IncidentFactory(severity="P4"), api(TS)
    worker.patch(f"/incidents/{incident.pk}/", {"status": "in_progress", "severity": "P2"}, expect=200)
    entries = {each["kind"]: each for each in told(api(IM), incident)}
    assert entries["status_changed"]["summary"] == "Status: open → in_progress"
    assert entries["severity_changed"]["summary"] == "Severity: P4 → P2"
    assert {entries[kind]["actor_id"] for kind in ("status_changed", "acknowledged")} == {worker.user.pk}


def test_the_alert_and_its_correlation_are_listed(api):
    manager, place = api(IM), {"client_id": ClientFactory().pk, "component_id": ComponentFactory().pk}
    alert = {"source": "alert_log", "payload_summary": "The gateway answers 503.", "severity_hint": "P1", **place}
    made = manager.post("/events/correlate/", {"event_payloads": [alert]}, expect=200).json()

    entries = manager.get(f"/incidents/{made['incident']['id']}/timeline/", expect=200).json()["results"]

    assert kinds(entries) == ["alerted", "detected", "created", "correlated"]
    assert entries[0]["summary"] == "Alert (alert_log): The gateway answers 503."
    assert (entries[0]["reference_type"], entries[0]["reference_id"]) == ("event_record", made["events"][0]["id"])
    assert entries[3]["summary"] == f"Event {made['events'][0]['id']} correlated: incident_created"


def test_transitions_without_a_time_column_come_from_the_trail(api):
    incident, worker = IncidentFactory(), api(TS)
    change, workaround = ChangeFactory(incident=incident, status="in_progress"), WorkaroundFactory(incident=incident)
    rollback = RollbackFactory(change_request=change)
    analysis = AnalysisFactory(incident=incident, assigned_to=worker.user)
    manager = api(IM)
    worker.patch(f"/workarounds/{workaround.pk}/", {"status": "replaced"}, expect=200)
    manager.post(f"/rollback-requests/{rollback.pk}/start/", expect=200)
    worker.post(f"/root-cause-analyses/{analysis.pk}/complete/", {"root_cause": "A leak."}, expect=200)
    manager.post(f"/root-cause-analyses/{analysis.pk}/reject/", {"comment": "Which one?"}, expect=200)

    moved = told(manager, incident, "?kind=record_moved")

    assert [(each["summary"], each["actor_id"]) for each in moved] == [
        (f"Workaround {workaround.pk}: active → replaced", worker.user.pk),
        (f"Rollback request {rollback.pk}: requested → in_progress", manager.user.pk),
        (f"Rca {analysis.pk}: completed → in_progress", manager.user.pk),
    ]
    assert [each["reference_id"] for each in moved] == [workaround.pk, rollback.pk, analysis.pk]


def test_the_trail_supplies_the_actors_of_escalations_and_changes(api):
    incident, executive, worker = IncidentFactory(status="escalated"), api(EX), api(TS)
    escalation = EscalationFactory(incident=incident, target_user=executive.user)
    change = ChangeFactory(incident=incident, status="scheduled")
    executive.post(f"/escalations/{escalation.pk}/acknowledge/", expect=200)
    api(IM).post(f"/escalations/{escalation.pk}/resolve/", expect=200)
    worker.post(f"/change-requests/{change.pk}/start/", expect=200)
    actors = {each["kind"]: each["actor_id"] for each in told(api(IM), incident)}
    assert actors["escalation_acknowledged"] == actors["acknowledged"] == executive.user.pk
    assert actors["escalation_resolved"] not in (None, executive.user.pk)
    assert actors["change_started"] == worker.user.pk
    assert actors["detected"] is None
