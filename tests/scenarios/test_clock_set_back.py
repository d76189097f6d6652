"""A server whose clock is set back, or two with different clocks: no request is refused, and times stay ordered."""

from datetime import timedelta

import pytest
import time_machine
from django.db.models import DateTimeField
from django.utils import timezone

from core.operations.entities import models_by_type
from core.text.times import read_moment
from tests.api import Api
from tests.changes.factories import ChangeFactory
from tests.clients.factories import AgreementFactory
from tests.incidents.factories import IncidentFactory
from tests.scenarios import test_whole_life as whole_life
from tests.users.activation import PASSWORD, activate, countersigned, issued
from tests.users.factories import UserFactory
from tests.users.sessions import entered, is_in
from users.choices import EX, IM, SA, TS
from users.models import User

pytestmark = pytest.mark.django_db

STEP = timedelta(milliseconds=20)


@pytest.fixture
def falling_clock(monkeypatch):
    """Every look at the clock shows an earlier time than the one before."""
    real, looks = timezone.now, iter(range(1, 1_000_000))
    monkeypatch.setattr(timezone, "now", lambda: real() - STEP * next(looks))


def assert_in_order():
    """On every record of every type, nothing that has happened is later than its last change or before its creation."""
    for model in models_by_type().values():
        if not hasattr(model, "planned"):
            continue
        names = [field.name for field in model._meta.concrete_fields if isinstance(field, DateTimeField)]
        for record in model.objects.all():
            happened = [getattr(record, name) for name in names if name not in model.planned]
            assert max(filter(None, happened)) <= record.updated_at, (record, names, happened)
            assert record.created_at <= record.updated_at


def test_the_whole_life_of_an_incident(falling_clock, monkeypatch):
    monkeypatch.setattr(whole_life, "assert_account", lambda *_: None)
    whole_life.test_from_alert_to_closure_every_step_leaves_its_entry()
    assert_in_order()


def test_changes_and_their_rollbacks(falling_clock):
    support, manager = Api(UserFactory(role=TS)), Api(UserFactory(role=IM))
    change = ChangeFactory(change_type="emergency").pk
    manager.post(f"/change-requests/{change}/approve/", {}, expect=200)
    support.post(f"/change-requests/{change}/start/", {"outside_window": False}, expect=200)
    done = support.post(f"/change-requests/{change}/complete/", expect=200).json()
    assert read_moment(done["decided_at"]) <= read_moment(done["actual_start"]) <= read_moment(done["actual_end"])
    body = {"change_id": change, "justification": "It is slower."}
    rollback = support.post("/rollback-requests/", body, expect=201).json()["id"]
    manager.post(f"/rollback-requests/{rollback}/start/", expect=200)
    support.post(f"/rollback-requests/{rollback}/complete/", {"validation_completed": True}, expect=200)
    assert_in_order()


def test_pauses_and_reopenings(falling_clock):
    agreement = AgreementFactory(severity_level="P3", pauses_allowed=True)
    client = agreement.subscription.client
    incident = IncidentFactory(client=client, severity="P3", detected_at=timezone.now() - timedelta(minutes=5))
    manager = Api(UserFactory(role=IM))
    path = f"/incidents/{incident.pk}"
    manager.patch(f"{path}/", {"status": "in_progress"}, expect=200)
    for _ in range(3):
        said = {"reason": "agreed_maintenance", "note": "As agreed."}
        pause = manager.post(f"{path}/pauses/", said, expect=201).json()
        ended = manager.post(f"{path}/pauses/{pause['id']}/end/", {}, expect=200).json()
        assert read_moment(ended["started_at"]) <= read_moment(ended["ended_at"])
    shown = manager.get(f"{path}/sla/", expect=200).json()
    assert shown["resolution"]["elapsed_minutes"] >= 0
    assert_in_order()


def test_approvals_handoffs_and_a_patch_of_what_another_server_wrote(falling_clock):
    requester, executive = Api(UserFactory(role=SA)), Api(UserFactory(role=EX))
    body = {"name": "Ines", "email": "ines@ims.example", "role": "incident_manager", "timezone": "UTC"}
    asked = requester.post("/approvals/", {"operation": "user.create", "payload": body}, expect=201).json()
    executive.post(f"/approvals/{asked['id']}/approve/", {}, expect=200)
    user = requester.post("/users/", body, approval=asked["id"], expect=201).json()
    requester.patch(f"/users/{user['id']}/", {"department": "Night shift"}, expect=200)
    handoff = requester.post("/handoffs/", {"reason_code": "other"}, expect=201).json()
    executive.post(f"/handoffs/{handoff['id']}/accept/", expect=200)
    executive.post(f"/handoffs/{handoff['id']}/close/", {"outcome": "Done."}, expect=200)
    assert_in_order()


def test_accounts_tokens_sessions_and_their_end(falling_clock):
    administrator = Api(UserFactory(role=SA))
    body = {"name": "Ines", "email": "ines@ims.example", "role": "technical_support", "timezone": "UTC"}
    created = administrator.post("/users/", body, expect=201).json()
    user = User.objects.get(pk=created["id"])
    activate([issued(administrator, user), countersigned(user)])
    user.refresh_from_db()
    person, browser = Api(user), entered(user, PASSWORD)
    token = person.post("/auth/tokens/", {"name": "laptop"}, expect=201).json()
    person.delete(f"/auth/tokens/{token['id']}/", expect=200)
    browser.post("/console/logout/")
    person.post("/auth/logout/", expect=200)
    browser = entered(user, PASSWORD)
    administrator.patch(f"/users/{user.pk}/permissions/", {"status": "suspended"}, expect=200)
    assert not is_in(browser)
    assert_in_order()


def test_an_incident_of_an_event_that_a_faster_clock_detected(api):
    """The event is on record; the server that creates its incident is behind the one that recorded it."""
    incident = {"title": "Down", "description": "Down.", "category": "system_outage", "impact_level": "high"}
    event = {"source": "alert_log", "payload_summary": "Down", "severity_hint": "P1"}
    client = AgreementFactory(severity_level="P1").subscription.client
    recorded = api(IM).post("/events/", {**event, "client_id": client.pk}, expect=201).json()
    with time_machine.travel(read_moment(recorded["detected_at"]) - STEP, tick=False):
        body = {"event_record_ids": [recorded["id"]], "incident": incident}
        answered = api(IM).post("/events/correlate/", body, expect=200).json()
    assert answered["decision"] == "incident_created"
    assert answered["incident"]["detected_at"] == recorded["detected_at"]


def test_a_stated_time_that_contradicts_is_still_refused(api):
    incident = IncidentFactory()
    later = (timezone.now() + timedelta(hours=1)).isoformat()
    refused = api(IM).patch(f"/incidents/{incident.pk}/", {"occurred_at": later}, expect=400)
    assert {item["field"] for item in refused.json()["errors"]} == {"occurred_at"}
