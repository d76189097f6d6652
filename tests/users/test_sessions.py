"""One's console sessions: listed, ended, and worth nothing from then on."""

import pytest

from audit.models import AuditEntry
from tests.users.factories import UserFactory
from tests.users.sessions import OLD, entered, is_in
from users.choices import EX, IM, SA, TS
from users.models import ConsoleSession

pytestmark = pytest.mark.django_db


def test_users_list_their_own_sessions_without_keys(api):
    person = UserFactory(role=TS, password=OLD)
    browser = entered(person)
    entered(UserFactory(role=SA, password=OLD))

    (row,) = api(person).get("/auth/sessions/", expect=200).json()["results"]

    assert (row["user_id"], row["ended_at"]) == (person.pk, None)
    key = browser.cookies["sessionid"].value
    assert key not in str(row)
    assert not ConsoleSession.objects.filter(digest=key).exists()
    assert key not in str(list(AuditEntry.objects.values()))


def test_users_end_their_own_sessions(api):
    person = UserFactory(role=TS, password=OLD)
    here, elsewhere = entered(person), entered(person)
    _first, second = (row["id"] for row in api(person).get("/auth/sessions/", expect=200).json()["results"])

    ended = api(person).delete(f"/auth/sessions/{second}/", expect=200).json()["ended_at"]

    assert ended
    assert not is_in(here)
    assert is_in(elsewhere)
    again = api(person).delete(f"/auth/sessions/{second}/", expect=200).json()
    assert again["ended_at"] == ended


@pytest.mark.parametrize("role", [SA, IM, EX])
def test_others_do_not_see_it(api, role):
    person = UserFactory(role=TS, password=OLD)
    entered(person)
    session = ConsoleSession.objects.get(user=person)
    api(role).delete(f"/auth/sessions/{session.pk}/", expect=404, code="not_found")


def test_logout_ends_it(api):
    person = UserFactory(role=TS, password=OLD)
    browser = entered(person)
    browser.post("/console/logout/")
    assert ConsoleSession.objects.get(user=person).ended_at
    assert not is_in(browser)


def test_a_new_login_after_the_end_is_a_new_session(api):
    person = UserFactory(role=TS, password=OLD)
    browser = entered(person)
    api(person).post(f"/users/{person.pk}/end-access/", expect=200)
    assert not is_in(browser)
    browser.post("/console/login/", {"username": person.email, "password": OLD})
    assert is_in(browser)


def test_a_session_of_before_the_list_counts_as_ended(api):
    person = UserFactory(role=TS, password=OLD)
    browser = entered(person)
    ConsoleSession.objects.get(user=person).change(digest="0" * 64)
    assert not is_in(browser)
