"""SOP 21: Managing Rollback Requests."""

import pytest

from changes.models import RollbackRequest
from tests.api import codes, fields
from tests.changes.factories import ChangeFactory, RollbackFactory
from tests.incidents.factories import IncidentFactory
from tests.users.factories import UserFactory
from users.choices import EX, IM, TS

pytestmark = pytest.mark.django_db


def act(client, rollback, verb, body=None, **options):
    return client.post(f"/rollback-requests/{rollback.pk}/{verb}/", body, **options)


def body_for(change, **more):
    return {"change_id": change.pk, "justification": "Error rate doubled.", **more}


@pytest.mark.parametrize("status", ["in_progress", "completed", "failed"])
def test_a_rollback_of_an_executed_change_is_requested(api, status):
    incident = IncidentFactory()
    change = ChangeFactory(status=status, incident=incident)
    answer = api(TS).post("/rollback-requests/", body_for(change), expect=201).json()

    assert (answer["status"], answer["incident_id"]) == ("requested", incident.pk)


@pytest.mark.parametrize("status", ["requested", "approved", "scheduled", "rejected", "rolled_back"])
def test_a_change_that_was_not_executed_cannot_be_rolled_back(api, status):
    refused = api(TS).post(
        "/rollback-requests/", body_for(ChangeFactory(status=status)), expect=409, code="precondition_failed"
    )
    assert codes(refused) == {"change_not_reversible"}
    assert not RollbackRequest.objects.exists()


def test_change_and_justification_are_needed(api):
    refused = api(TS).post("/rollback-requests/", {"change_id": 999}, expect=400)
    assert fields(refused) == {"change_id", "justification"}


def test_a_change_has_one_unfinished_rollback(api):
    rollback = RollbackFactory()
    refused = api(IM).post("/rollback-requests/", body_for(rollback.change_request), expect=409, code="duplicate")
    assert fields(refused) == {"change_id"}
    act(api(IM), rollback, "reject", expect=200)
    api(IM).post("/rollback-requests/", body_for(rollback.change_request), expect=201)


def test_a_rollback_makes_a_running_change_fail_and_then_rolled_back(api):
    rollback, manager = RollbackFactory(), api(IM)
    act(manager, rollback, "start", expect=200)
    rollback.change_request.refresh_from_db()
    assert rollback.change_request.status == "failed"

    refused = act(manager, rollback, "complete", {"validation_completed": False}, expect=400)
    assert fields(refused) == {"validation_completed"}
    done = act(api(TS), rollback, "complete", {"validation_completed": True}, expect=200).json()
    rollback.change_request.refresh_from_db()
    assert (done["status"], rollback.change_request.status) == ("completed", "rolled_back")
    assert done["executed_at"] is not None


@pytest.mark.parametrize("justification", ["", " \n"])
def test_an_imported_rollback_without_justification_cannot_start(api, justification):
    rollback = RollbackFactory(justification=justification, imported_row={"id": 1})
    refused = act(api(IM), rollback, "start", expect=409, code="precondition_failed")
    assert codes(refused) == {"justification_missing"}
    rollback.change_request.refresh_from_db()
    assert rollback.change_request.status == "in_progress"
    act(api(IM), rollback, "reject", expect=200)


@pytest.mark.parametrize("status", ["requested", "approved", "scheduled", "rejected", "rolled_back"])
def test_an_imported_rollback_of_a_change_that_was_not_executed_is_not_started(api, status):
    rollback = RollbackFactory(change_request__status=status, imported_row={"id": 1})
    refused = act(api(IM), rollback, "start", expect=409, code="precondition_failed")
    assert codes(refused) == {"change_not_reversible"}


@pytest.mark.parametrize("verb", ["start", "reject"])
def test_requesters_cannot_decide_their_own_rollbacks(api, verb):
    manager = UserFactory(role=IM)
    act(api(manager), RollbackFactory(requested_by=manager), verb, expect=403, code="segregation_of_duties")


@pytest.mark.parametrize("verb", ["start", "reject"])
def test_the_rollback_of_a_critical_change_is_decided_by_an_executive(api, verb):
    rollback = RollbackFactory(change_request__risk_level="critical")
    act(api(IM), rollback, verb, expect=403, code="role_not_permitted")
    act(api(EX), rollback, verb, expect=200)


def test_a_rollback_that_did_not_start_cannot_complete(api):
    rollback = RollbackFactory()
    refused = act(api(TS), rollback, "complete", {"validation_completed": True}, expect=409, code="invalid_transition")
    assert refused.json()["errors"][0]["allowed"] == ["in_progress", "rejected"]
