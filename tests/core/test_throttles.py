"""Rate limits: counting, refusals, and independence of everything else from the cache."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import redis
import time_machine
from axes.models import AccessAttempt
from django.core.cache import cache
from django.dispatch import Signal
from django.test import Client as Browser

from audit.models import AuditEntry
from core.http import throttles
from core.http.throttles import Limit
from core.operations.registry import registry
from core.signals import request_throttled, request_uncounted
from incidents.models import Incident
from tests.api import Api
from tests.users.factories import UserFactory
from users.choices import IM, TS
from users.models import TokenUse

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 0, 10, tzinfo=UTC)  # ten seconds into the minute
LEFT = 50
REDIS = "redis://127.0.0.1:6379/0"
NOBODY_THERE = "redis://127.0.0.1:1/0"
ME, TOKEN, ACTIVATE = "/me/", "/auth/token/", "/auth/activate/"
WRONG = {"email": "ada@example.com", "password": "not the right one"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def rates(settings, monkeypatch):
    """Two requests per minute for every caller; a test may change each."""
    settings.IMS_RATES = {"caller": (2, 60), "address": (2, 60), "login": (2, 60)}
    monkeypatch.setattr(Limit, "_rest_until", 0.0)
    cache.clear()
    return settings.IMS_RATES


@pytest.fixture
def told():
    heard: list[tuple[Signal, str]] = []

    def hear(signal, limit, **told):
        heard.append((signal, limit))

    for each in (request_throttled, request_uncounted):
        each.connect(hear, dispatch_uid="told")
    yield heard
    for each in (request_throttled, request_uncounted):
        each.disconnect(dispatch_uid="told")


def cache_at(settings: Any, url: str) -> None:
    options = {"socket_connect_timeout": 1, "socket_timeout": 1}
    backend = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": url, "KEY_PREFIX": uuid4().hex, "OPTIONS": options}}


def stranger(address: str = "192.0.2.1", **headers: str) -> Api:
    caller = Api(None, **headers)
    caller.client.defaults["REMOTE_ADDR"] = address
    return caller


def test_a_token_has_a_rate_and_the_refusal_contains_retry_after(told, clock):
    caller = Api(UserFactory(role=IM))
    for _ in range(2):
        caller.get(ME, expect=200)

    refused = caller.get(ME, expect=429, code="throttled")

    assert refused["Content-Type"] == "application/problem+json"
    assert (refused["Retry-After"], refused.json()["operation"]) == (str(LEFT), "access.profile")
    assert told == [(request_throttled, "caller")]
    clock.shift(LEFT - 1)
    caller.get(ME, expect=429)
    clock.shift(1)
    caller.get(ME, expect=200)


def test_each_token_is_counted_separately():
    person = UserFactory(role=IM)
    first, second = Api(person), Api(person)
    for _ in range(2):
        first.get(ME, expect=200)
    first.get(ME, expect=429)
    first.client.defaults["REMOTE_ADDR"] = "192.0.2.9"
    first.get(ME, expect=429)
    second.get(ME, expect=200)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Token wrong"}, {"Authorization": "nonsense"}])
def test_strangers_are_counted_by_address_also_when_they_are_refused(headers):
    for _ in range(2):
        stranger(**headers).get(ME, expect=401)
    stranger(**headers).get(ME, expect=429, code="throttled")
    stranger("192.0.2.2", **headers).get(ME, expect=401)
    Api(UserFactory(role=IM)).get(ME, expect=200)


def test_logins_and_activations_are_counted_together_and_more_strictly(rates):
    rates["address"] = (100, 60)
    UserFactory(role=TS, email="ada@example.com", password="a right password 1")
    stranger().post(TOKEN, WRONG, expect=401)
    stranger().post(ACTIVATE, {"shares": ["x", "y"], "password": "nine quiet lanterns"}, expect=401)
    refused = stranger().post(TOKEN, WRONG, expect=429, code="throttled")
    assert refused["Retry-After"] == str(LEFT)
    stranger().post(ACTIVATE, {"shares": ["x", "y"], "password": "nine quiet lanterns"}, expect=429, code="throttled")
    stranger().get("/schema/", expect=200)


def test_of_several_limits_the_longest_wait_counts(rates, told):
    rates |= {"address": (1, 60), "login": (1, 3600)}
    stranger().post(TOKEN, WRONG, expect=401)
    refused = stranger().post(TOKEN, WRONG, expect=429)
    assert refused["Retry-After"] == str(3600 - 10)
    assert [detail for _, detail in told] == ["address", "login"]


def test_the_console_counts_sessions_strangers_and_logins(rates):
    rates["address"] = (3, 60)
    visitor = Browser()
    for _ in range(2):
        visitor.post("/console/login/", {"username": WRONG["email"], "password": "wrong"})
    refused = visitor.post("/console/login/", {"username": WRONG["email"], "password": "wrong"})
    assert (refused.status_code, refused["Retry-After"]) == (429, str(LEFT))
    assert refused["Content-Type"].startswith("text/html")
    assert visitor.get("/console/login/").status_code == 429  # the address has had its three requests
    visitor.force_login(UserFactory(role=IM), "users.authentication.EmailBackend")
    assert [visitor.get("/console/").status_code for _ in range(3)] == [200, 200, 429]


def test_a_throttled_request_writes_nothing(rates, clock):
    rates |= {"caller": (1, 86_400), "login": (1, 86_400)}
    person = UserFactory(role=IM)
    caller = Api(person)
    caller.get(ME, expect=200)
    stranger().post(TOKEN, WRONG, expect=401)
    attempts, clock_before = AccessAttempt.objects.get().failures_since_start, TokenUse.objects.get().last_used_at
    entries = AuditEntry.objects.count()

    clock.shift(3600)
    caller.post("/incidents/", {"title": "x"}, expect=429)
    caller.get("/incidents/", expect=429)
    stranger().post(TOKEN, WRONG, expect=429)

    assert (Incident.objects.count(), AuditEntry.objects.count()) == (0, entries)
    assert AccessAttempt.objects.get().failures_since_start == attempts
    assert TokenUse.objects.get().last_used_at == clock_before


def test_a_limit_that_is_off_counts_nothing(rates):
    rates |= {"caller": None, "address": None, "login": None}
    caller = Api(UserFactory(role=IM))
    assert {caller.get(ME).status_code for _ in range(5)} == {200}
    assert {stranger().get(ME).status_code for _ in range(5)} == {401}


def test_requests_succeed_without_the_cache_which_is_not_retried_immediately(settings, told, caplog, monkeypatch):
    cache_at(settings, NOBODY_THERE)
    asked: list[str] = []
    real = throttles._incremented
    monkeypatch.setattr(throttles, "_incremented", lambda key, seconds: asked.append(key) or real(key, seconds))
    caller = Api(UserFactory(role=IM))
    assert {caller.get(ME).status_code for _ in range(4)} == {200}
    assert told == [(request_uncounted, "caller")] * 4
    assert len(asked) == 1
    assert [record.name for record in caplog.records] == ["ims.limits"]


def test_a_recovered_cache_is_used_again(settings, told, monkeypatch):
    cache_at(settings, NOBODY_THERE)
    caller = Api(UserFactory(role=IM))
    caller.get(ME, expect=200)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    monkeypatch.setattr(Limit, "_rest_until", 0.0)
    for _ in range(2):
        caller.get(ME, expect=200)
    caller.get(ME, expect=429)


def test_counters_in_a_shared_cache_are_everybodys(settings):
    try:
        redis.Redis.from_url(REDIS, socket_connect_timeout=1).ping()
    except redis.RedisError:
        pytest.skip(f"no Redis answers at {REDIS}")
    cache_at(settings, REDIS)
    person = UserFactory(role=IM)
    caller = Api(person)
    caller.get(ME, expect=200)
    settings.CACHES = dict(settings.CACHES)  # as another process: its own connections, the same counters
    caller.get(ME, expect=200)
    caller.get(ME, expect=429, code="throttled")


def test_what_costs_others_attention_has_a_quota_of_the_account_and_not_of_the_token(settings, rates, told):
    rates["caller"] = None
    settings.IMS_QUOTAS = {"handoff.create": (2, 3600)}
    person = UserFactory(role=TS)
    body = {"reason_code": "other", "operation": "client.update", "details": "I cannot do this."}
    for caller in (Api(person), Api(person)):
        caller.post("/handoffs/", body, expect=201)
    refused = Api(person).post("/handoffs/", body, expect=429, code="throttled")
    assert int(refused["Retry-After"]) > 0
    assert (request_throttled, "quota") in told
    Api(person).get("/handoffs/", expect=200)
    Api(UserFactory(role=TS)).post("/handoffs/", body, expect=201)


def test_every_quota_names_an_operation(settings):
    assert all(registry.find(name) is not None for name in settings.IMS_QUOTAS)
