"""Tokens: listing, revoking, expiry, last use."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.api import Api
from tests.users.factories import UserFactory
from users.choices import EX, IM, SA, TS
from users.models import Token, TokenUse
from users.tokens import USE_PRECISION, new_token

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [TS, SA, EX])
def test_users_list_only_their_own_tokens_without_secrets(api, role):
    person = UserFactory(role=role)
    session = api(person)
    _, secret = new_token(person, name="laptop", agent="triage-bot")
    new_token(UserFactory(role=TS))

    results = session.get("/auth/tokens/", expect=200).json()["results"]

    assert {row["user_id"] for row in results} == {person.pk}
    assert (results[0]["name"], results[0]["agent"]) == ("laptop", "triage-bot")
    assert secret not in str(results)
    assert not any("digest" in row for row in results)


def test_users_revoke_their_own_tokens(api):
    person = UserFactory(role=TS)
    session = api(person)
    token, secret = new_token(person)

    session.delete(f"/auth/tokens/{token.pk}/", expect=200)

    Api(None, Authorization=f"Token {secret}").get("/me/", expect=401, code="not_authenticated")
    first = Token.objects.get(pk=token.pk).revoked_at
    session.delete(f"/auth/tokens/{token.pk}/", expect=200)
    assert Token.objects.get(pk=token.pk).revoked_at == first


def test_a_system_administrator_revokes_anyones(api):
    token, secret = new_token(UserFactory(role=TS))
    api(SA).delete(f"/auth/tokens/{token.pk}/", expect=200)
    Api(None, Authorization=f"Token {secret}").get("/me/", expect=401)


@pytest.mark.parametrize("role", [IM, EX, TS])
def test_others_do_not_even_see_it(api, role):
    token, secret = new_token(UserFactory(role=TS))
    api(role).delete(f"/auth/tokens/{token.pk}/", expect=404, code="not_found")
    Api(None, Authorization=f"Token {secret}").get("/me/", expect=200)


def test_a_token_expires(api, settings):
    session = api(TS)
    with time_machine.travel(timezone.now() + timedelta(days=settings.IMS_TOKEN_DAYS, seconds=1)):
        refused = session.get("/me/", expect=401, code="token_expired")
    assert refused["WWW-Authenticate"] == "Token"


def test_a_token_shows_when_it_was_last_used_to_some_minutes(api):
    session = api(TS)
    begin = timezone.now()

    def last_used():
        return session.get("/auth/tokens/", expect=200).json()["results"][0]["last_used_at"]

    assert last_used() is not None
    written = TokenUse.objects.get(token__user=session.user).last_used_at
    with time_machine.travel(begin + USE_PRECISION / 2):
        last_used()
        assert TokenUse.objects.get(token__user=session.user).last_used_at == written
    with time_machine.travel(begin + USE_PRECISION * 2):
        last_used()
        assert TokenUse.objects.get(token__user=session.user).last_used_at > written


@pytest.mark.parametrize("header", ["Token nonsense", "Bearer nonsense", "Token", "Token a b", ""])
def test_requests_without_a_valid_token_are_anonymous(header):
    headers = {"Authorization": header} if header else {}
    refused = Api(None, **headers).get("/me/", expect=401, code="not_authenticated")
    assert refused["WWW-Authenticate"] == "Token"


def test_one_makes_a_token_for_a_script_or_an_agent(api):
    person = UserFactory(role=TS)
    body = {"name": "nightly check", "agent": "night-bot", "days": 2}

    answer = api(person).post("/auth/tokens/", body, expect=201).json()

    assert (answer["name"], answer["agent"], answer["user_id"]) == ("nightly check", "night-bot", person.pk)
    assert Api(None, Authorization=f"Token {answer['token']}").get("/me/", expect=200).json()["id"] == person.pk
    kept = Token.objects.get(pk=answer["id"])
    assert round((kept.expires_at - kept.created_at) / timedelta(days=1)) == 2
    assert answer["token"] not in kept.digest


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "x", "days": 0}, {"name": "x", "days": 10**6}])
def test_a_token_that_cannot_be_is_refused(api, body):
    api(TS).post("/auth/tokens/", body, expect=400, code="validation_error")


def test_an_agent_cannot_create_a_token():
    _, secret = new_token(UserFactory(role=TS), agent="night-bot")
    agent = Api(None, Authorization=f"Token {secret}")
    agent.post("/auth/tokens/", {"name": "more"}, expect=403, code="in_person_required")
