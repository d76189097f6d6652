"""Concurrent requests of two people: the database permits only one."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from core.errors import Refusal
from tests.api import Api, codes
from tests.incidents.factories import IncidentFactory
from tests.users.activation import PASSWORD, issued, path_of
from tests.users.agents import agent_of
from tests.users.factories import UserFactory
from users.choices import EX, IM, SA, TS
from users.models import ActivationToken, AgentDay
from users.second_factor import code_at, take_guess

pytestmark = [
    pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite admits one writer at a time"),
    pytest.mark.usefixtures("committed"),
]


def at_once(*sends: Any) -> list[Any]:
    answers, start = [], threading.Barrier(len(sends))

    def run(send: Any) -> None:
        try:
            start.wait()
            answers.append(send())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[send]) for send in sends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_the_other_share_is_drawn_by_one():
    user = UserFactory(role=TS)
    first = issued(Api(UserFactory(role=SA)), user)
    callers = [Api(UserFactory(role=role)) for role in (EX, EX, IM, SA)]

    answers = at_once(*(lambda caller=each: caller.post(f"{path_of(user)}countersign/") for each in callers))

    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
    assert {code for each in answers if each.status_code == 409 for code in codes(each)} == {"share_drawn"}
    (winner,) = (each.json()["activation_share"] for each in answers if each.status_code == 200)
    body = {"shares": [first, winner], "password": PASSWORD}
    activations = at_once(*(lambda: Api().post("/auth/activate/", body) for _ in range(3)))
    assert sorted(each.status_code for each in activations) == [200, 401, 401]


def test_no_more_are_written_than_the_cap_of_an_agent():
    person, incident = UserFactory(role=TS), IncidentFactory()
    grant = {"operations": ["incident.add_note"], "daily_caps": {"incident.add_note": 3}}
    agents = [agent_of(person, *grant["operations"], daily_caps=grant["daily_caps"]) for _ in range(8)]

    answers = at_once(
        *(lambda agent=each: agent.post(f"/incidents/{incident.pk}/notes/", {"body": "Seen."}) for each in agents)
    )

    assert sorted(each.status_code for each in answers) == [201, 201, 201, 403, 403, 403, 403, 403]
    assert {each.json()["code"] for each in answers if each.status_code == 403} == {"cap_reached"}
    assert incident.notes.count() == 3
    assert AgentDay.objects.get(user=person).count == 3


def test_of_two_concurrent_issues_one_share_remains_valid():
    user = UserFactory(role=TS)
    callers = [Api(UserFactory(role=SA)) for _ in range(3)]

    answers = at_once(*(lambda caller=each: caller.post(path_of(user)) for each in callers))

    assert {each.status_code for each in answers} == {200}
    assert ActivationToken.objects.filter(user=user, used_at=None).count() == 1


def test_a_login_during_a_suspension_leaves_no_token():
    user = UserFactory(role=TS, password="an old secret 5")
    administrator = Api(UserFactory(role=SA))
    login = {"email": user.email, "password": "an old secret 5"}
    path = f"/users/{user.pk}/permissions/"

    at_once(
        lambda: administrator.patch(path, {"status": "suspended"}, expect=200),
        *(lambda: Api().post("/auth/token/", login) for _ in range(3)),
    )

    assert not user.tokens.filter(revoked_at=None).exists()


def test_one_code_admits_one_of_many_simultaneous_logins():
    user = UserFactory(role=TS, password="an old secret 5")
    mine = Api(user)
    secret = mine.post("/auth/totp/").json()["secret"]
    confirmed = mine.post("/auth/totp/confirm/", {"code": code_at(secret, timezone.now())}, expect=200)
    login = {"email": user.email, "password": "an old secret 5", "otp": confirmed.json()["recovery_codes"][0]}

    answers = at_once(*(lambda: Api().post("/auth/token/", login) for _ in range(4)))

    assert [each.status_code for each in answers].count(200) == 1


def test_no_more_codes_are_compared_at_once_than_the_limit(settings):
    user, limit = UserFactory(role=TS), settings.AXES_FAILURE_LIMIT

    def guess() -> int:
        try:
            take_guess(user)
        except Refusal as refusal:
            return refusal.meaning.status
        return 200

    outcomes = at_once(*[guess] * (limit + 4))

    assert sorted(outcomes) == [200] * limit + [429] * 4
