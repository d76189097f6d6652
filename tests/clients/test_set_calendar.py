"""SOP 11: a client's business hours."""

import pytest

from audit.models import AuditEntry
from clients.calendars import DEFAULT_CALENDAR
from core.hooks import hooks
from tests.api import fields
from tests.clients.factories import AssignmentFactory, ClientFactory
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, VC

pytestmark = pytest.mark.django_db

BODY = {
    "timezone": "Europe/Berlin",
    "weekly_hours": {"tue": [["13:00", "24:00"], ["08:00", "12:00"]], "mon": [["08:00", "18:00"]]},
    "country": "de",
    "holidays": ["2026-12-31", "2026-12-24", "2026-12-31"],
}
KEPT = {
    "timezone": "Europe/Berlin",
    "weekly_hours": {"mon": [["08:00", "18:00"]], "tue": [["08:00", "12:00"], ["13:00", "24:00"]]},
    "country": "DE",
    "holidays": ["2026-12-24", "2026-12-31"],
}


def test_an_assigned_account_manager_sets_the_calendar(api):
    assignment = AssignmentFactory()
    manager, path = api(assignment.user), f"/clients/{assignment.client_id}/calendar/"

    answer = manager.put(path, BODY, expect=200)

    assert answer.json()["calendar"] == KEPT
    assert {name: answer.json()[name] for name in KEPT} == KEPT
    assert answer["ETag"] == '"2"'
    assert manager.get(path, expect=200).json() == {"client_id": assignment.client_id, **KEPT}
    entry = AuditEntry.objects.get(reference_type="client_calendar")
    assert (entry.action, entry.operation) == ("create", "client.set_calendar")


def test_it_is_replaced_as_a_whole(api):
    client = ClientFactory()
    path = f"/clients/{client.pk}/calendar/"
    api(SA).put(path, BODY, expect=200)

    answer = api(SA).put(path, {"timezone": "UTC", "weekly_hours": {"sun": [["00:00", "24:00"]]}}, expect=200).json()

    assert answer["calendar"]["weekly_hours"] == {"sun": [["00:00", "24:00"]]}
    assert (answer["calendar"]["country"], answer["calendar"]["holidays"]) == ("", [])


def test_incidents_are_restamped_when_their_calendar_changes(api, monkeypatch):
    restamped = []
    monkeypatch.setitem(hooks.restamp, "client_calendar", [restamped.append])
    client = ClientFactory()
    for _ in range(2):
        api(SA).put(f"/clients/{client.pk}/calendar/", BODY, expect=200)

    assert [each.client_id for each in restamped] == [client.pk]


def test_the_default_is_shown_where_none_was_set(api):
    client = ClientFactory()
    answer = api(IM).get(f"/clients/{client.pk}/calendar/", expect=200).json()

    assert answer == {"client_id": client.pk, **DEFAULT_CALENDAR}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("timezone", "Mars/Olympus"),
        ("country", "XX"),
        ("country", "DEU"),
        ("holidays", ["24.12.2026"]),
        ("holidays", "2026-12-24"),
        ("weekly_hours", {}),
        ("weekly_hours", []),
        ("weekly_hours", {"monday": [["09:00", "17:00"]]}),
        ("weekly_hours", {"mon": [["17:00", "09:00"]]}),
        ("weekly_hours", {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}),
        ("weekly_hours", {"mon": [["24:00", "24:00"]]}),
        ("weekly_hours", {"mon": [["9:00", "17:00"]]}),
        ("weekly_hours", {"mon": [[900, 1700]]}),
        ("weekly_hours", {"mon": "09:00-17:00"}),
    ],
)
def test_bad_hours_are_refused(api, field, value):
    refused = api(SA).put(
        f"/clients/{ClientFactory().pk}/calendar/", {**BODY, field: value}, expect=400, code="validation_error"
    )
    assert {name.split("[")[0] for name in fields(refused)} == {field}


def test_time_zone_and_hours_are_required(api):
    refused = api(SA).put(f"/clients/{ClientFactory().pk}/calendar/", {}, expect=400)
    assert fields(refused) == {"timezone", "weekly_hours"}


def test_an_account_manager_who_is_not_assigned_is_out_of_scope(api):
    api(AM).put(f"/clients/{ClientFactory().pk}/calendar/", BODY, expect=403, code="out_of_scope")


@pytest.mark.parametrize("role", [IM, EX])
def test_other_roles_are_refused(api, role):
    api(role).put(f"/clients/{ClientFactory().pk}/calendar/", BODY, expect=403, code="role_not_permitted")


def test_a_client_contact_reads_the_own_calendar_only(api):
    contact = UserFactory(role=CC)
    api(contact).get(f"/clients/{contact.client_id}/calendar/", expect=200)
    api(contact).get(f"/clients/{ClientFactory().pk}/calendar/", expect=404, code="not_found")
    api(VC).get(f"/clients/{contact.client_id}/calendar/", expect=404, code="not_found")
