"""SOP 20: Creating Change Requests."""

import pytest
import time_machine

from audit.models import AuditEntry
from changes.models import ChangeRequest
from tests.api import codes, fields
from tests.changes.factories import ChangeFactory, RollbackFactory
from tests.incidents.factories import IncidentFactory
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from users.choices import CC, EX, IM, SA, TS

pytestmark = pytest.mark.django_db

BODY = {"change_title": "Restart the pool", "change_type": "normal", "risk_level": "medium"}
WINDOW = {"scheduled_start": "2026-12-01T20:00:00Z", "scheduled_end": "2026-12-01T22:00:00Z"}


def act(client, change, verb, body=None, **options):
    return client.post(f"/change-requests/{change.pk}/{verb}/", body, **options)


def test_a_change_is_requested_for_an_incident(api):
    incident, support = IncidentFactory(), api(TS)
    body = {**BODY, "incident_id": incident.pk, "requested_by": support.user.pk}
    answer = support.post("/change-requests/", body, expect=201).json()

    assert (answer["status"], answer["requested_by_id"]) == ("requested", support.user.pk)
    assert answer["incident_id"] == incident.pk
    entry = AuditEntry.objects.get(reference_type="change_request", reference_id=answer["id"])
    assert (entry.action, entry.operation) == ("create", "change.create")


def test_bad_values_and_references_are_named_at_once(api):
    wrong = {"change_title": " ", "change_type": "big", "risk_level": "none", "incident_id": 999}
    refused = api(TS).post("/change-requests/", wrong, expect=400, code="validation_error")

    assert fields(refused) == {"change_title", "change_type", "risk_level", "incident_id"}
    assert not ChangeRequest.objects.exists()


def test_a_request_cannot_name_another_requester(api):
    body = {**BODY, "requested_by": UserFactory().pk}
    api(TS).post("/change-requests/", body, expect=403, code="actor_mismatch")


def test_the_requester_or_a_manager_edits_it_until_it_is_decided(api):
    change = ChangeFactory()
    path = f"/change-requests/{change.pk}/"
    api(change.requested_by).patch(path, {"risk_level": "high"}, expect=200)
    api(IM).patch(path, {"description": "With a maintenance page."}, expect=200)
    api(SA).patch(path, {"risk_level": "low"}, expect=403, code="out_of_scope")
    act(api(IM), change, "approve", expect=200)
    refused = api(IM).patch(path, {"risk_level": "low"}, expect=409, code="precondition_failed")
    assert codes(refused) == {"already_decided"}


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_requesters_cannot_decide_their_own_requests(api, verb):
    manager = UserFactory(role=IM)
    change = ChangeFactory(requested_by=manager)
    act(api(manager), change, verb, expect=403, code="segregation_of_duties")
    act(api(IM), change, verb, {"comment": "Seen."}, expect=200)


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_a_critical_change_is_decided_by_an_executive(api, verb):
    change = ChangeFactory(risk_level="critical")
    act(api(IM), change, verb, expect=403, code="role_not_permitted")
    act(api(EX), change, verb, expect=200)


def test_a_normal_change_goes_through_its_whole_life(api):
    change, manager, support = ChangeFactory(), api(IM), api(TS)
    act(manager, change, "approve", expect=200)
    act(support, change, "start", expect=409, code="invalid_transition")
    assert act(support, change, "schedule", WINDOW, expect=200).json()["warnings"] == []
    with time_machine.travel(WINDOW["scheduled_start"], tick=False):
        started = act(support, change, "start", expect=200).json()
    done = act(support, change, "complete", expect=200).json()

    assert started["actual_start"] == WINDOW["scheduled_start"]
    assert (started["outside_window"], started["outside_window_reason"]) == (False, "")
    assert (done["status"], done["actual_end"] is not None) == ("completed", True)
    refused = act(support, change, "fail", expect=409, code="invalid_transition")
    assert refused.json()["errors"][0]["allowed"] == ["rolled_back"]


@pytest.mark.parametrize("moment", ["2026-12-01T19:59:59Z", "2026-12-01T22:00:01Z"])
@pytest.mark.parametrize("kind", ["normal", "emergency"])
def test_outside_its_window_a_change_starts_only_with_a_stated_reason(api, moment, kind):
    change, support = ChangeFactory(status="scheduled", change_type=kind, **WINDOW), api(TS)
    with time_machine.travel(moment, tick=False):
        for said in (None, {}, {"outside_window": False}):
            refused = act(support, change, "start", said, expect=409, code="precondition_failed")
            assert (codes(refused), fields(refused)) == ({"outside_window"}, {"outside_window"})
        for said in ({"outside_window": True}, {"outside_window_reason": "Waits for nobody."}):
            refused = act(support, change, "start", said, expect=400, code="validation_error")
            assert fields(refused) == {"outside_window_reason"}
        said = {"outside_window": True, "outside_window_reason": "The outage does not wait."}
        act(support, change, "start", said, expect=200)
    shown = support.get(f"/change-requests/{change.pk}/", expect=200).json()
    assert {name: shown[name] for name in said} == said
    entry = AuditEntry.objects.get(reference_type="change_request", reference_id=change.pk, operation="change.start")
    assert entry.changes["outside_window"] == {"old": False, "new": True}


def test_within_its_window_a_change_cannot_be_stated_to_be_outside(api):
    change = ChangeFactory(status="scheduled", **WINDOW)
    said = {"outside_window": True, "outside_window_reason": "To be sure."}
    with time_machine.travel("2026-12-01T21:00:00Z", tick=False):
        shown = act(api(TS), change, "start", said, expect=200).json()
    assert (shown["outside_window"], shown["outside_window_reason"]) == (False, "")


def test_an_emergency_starts_when_it_is_approved(api):
    change = ChangeFactory(change_type="emergency")
    act(api(TS), change, "start", expect=409, code="invalid_transition")
    act(api(EX), change, "approve", expect=200)
    assert act(api(TS), change, "start", expect=200).json()["status"] == "in_progress"


@pytest.mark.parametrize("end", [WINDOW["scheduled_start"], "2026-11-01T00:00:00Z"])
def test_a_window_ends_after_it_starts(api, end):
    change = ChangeFactory(status="approved")
    refused = act(api(TS), change, "schedule", {**WINDOW, "scheduled_end": end}, expect=400)
    assert fields(refused) == {"scheduled_end"}


def test_overlapping_windows_on_a_component_are_warned_of(api):
    incident = IncidentFactory(component=ComponentFactory())
    first, second, elsewhere = (
        ChangeFactory(incident=incident, status="approved"),
        ChangeFactory(incident=incident, status="approved"),
        ChangeFactory(status="approved"),
    )
    support = api(TS)
    act(support, first, "schedule", WINDOW, expect=200)
    act(support, elsewhere, "schedule", WINDOW, expect=200)
    later = {"scheduled_start": "2026-12-01T21:00:00Z", "scheduled_end": "2026-12-01T23:00:00Z"}
    warnings = act(support, second, "schedule", later, expect=200).json()["warnings"]

    assert [(each["code"], each["change_id"]) for each in warnings] == [("overlapping_window", first.pk)]


def test_rollbacks_are_found_by_their_change(api):
    rollback = RollbackFactory()
    RollbackFactory()
    found = api(IM).get(f"/rollback-requests/?change_id__in={rollback.change_request_id}", expect=200).json()["results"]
    assert [each["id"] for each in found] == [rollback.pk]


def test_a_client_contact_sees_no_changes(api):
    change = ChangeFactory(incident=IncidentFactory())
    api(CC).get(f"/change-requests/{change.pk}/", expect=404, code="not_found")


def test_lowering_a_critical_risk_does_not_bypass_the_executive(api):
    change = ChangeFactory(risk_level="critical")
    api(change.requested_by).patch(f"/change-requests/{change.pk}/", {"risk_level": "low"}, expect=200)
    act(api(IM), change, "approve", expect=403, code="role_not_permitted")
    assert act(api(EX), change, "approve", expect=200).json()["once_critical"] is True
