"""Login, lockout and logout."""

import pytest

from tests.api import Api
from tests.users.factories import UserFactory
from users.choices import TS
from users.models import Token, User
from users.system import system_principal

pytestmark = pytest.mark.django_db

SECRET = "an old secret 5"


@pytest.fixture
def person():
    return UserFactory(role=TS, email="ada@example.com", password=SECRET)


def log_in(password: str = SECRET, email: str = "ada@example.com", **options):
    return Api().post("/auth/token/", {"email": email, "password": password}, **options)


def test_login_answers_with_a_token_that_works(person):
    answer = Api().post("/auth/token/", {"email": " Ada@Example.com", "password": SECRET, "name": "laptop"}, expect=200)

    token = answer.json()["token"]
    assert Api(None, Authorization=f"Token {token}").get("/me/", expect=200).json()["id"] == person.pk
    kept = Token.objects.get(user=person)
    assert kept.name == "laptop"
    assert token not in kept.digest


def test_a_wrong_password_and_an_unknown_address_look_alike(person):
    wrong = log_in("wrong", expect=401, code="invalid_credentials")
    unknown = log_in("wrong", email="nobody@example.com", expect=401, code="invalid_credentials")

    differing = {"request_id"}
    assert {k: v for k, v in wrong.json().items() if k not in differing} == {
        k: v for k, v in unknown.json().items() if k not in differing
    }
    assert wrong["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize("status", ["inactive", "suspended", "on_leave"])
def test_an_account_that_is_not_active_does_not_log_in(person, status):
    person.change(status=status)

    log_in(expect=403, code="user_inactive")
    log_in("wrong", expect=401, code="invalid_credentials")
    assert not Token.objects.filter(user=person).exists()


def test_the_system_principal_does_not_log_in():
    principal = system_principal()
    log_in("x", email=principal.email, expect=401, code="invalid_credentials")


def test_an_account_without_password_does_not_log_in():
    UserFactory(role=TS, email="new@example.com")
    log_in("", email="new@example.com", expect=400)
    log_in("!", email="new@example.com", expect=401)


def test_five_failures_lock_the_account_for_a_while(person, settings):
    answers = [log_in("wrong").status_code for _ in range(settings.AXES_FAILURE_LIMIT - 1)]
    assert set(answers) == {401}

    locked = log_in("wrong", expect=429, code="locked_out")

    assert int(locked["Retry-After"]) == settings.AXES_COOLOFF_TIME.total_seconds()
    assert locked.json()["transfer_to_human"] is True
    log_in(expect=429, code="locked_out")


def test_another_spelling_of_the_address_does_not_escape_the_lock(person, settings):
    spellings = ("ada@example.com", "ADA@example.com", " Ada@Example.com", "ada@EXAMPLE.com ", "aDa@example.com")
    for index in range(settings.AXES_FAILURE_LIMIT):
        log_in("wrong", email=spellings[index % len(spellings)])

    log_in(email="AdA@example.com", expect=429, code="locked_out")


def test_an_unknown_address_is_locked_like_a_known_one(settings):
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        log_in("wrong", email="nobody@example.com", expect=401)
    log_in("wrong", email="nobody@example.com", expect=429, code="locked_out")


def test_a_success_forgets_the_failures_before_it(person, settings):
    for _ in range(2):
        for _ in range(settings.AXES_FAILURE_LIMIT - 1):
            log_in("wrong", expect=401)
        log_in(expect=200)


def test_a_lock_holds_for_one_address_of_the_network_only(person, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        log_in("wrong")

    elsewhere = Api()
    elsewhere.client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    elsewhere.post("/auth/token/", {"email": "ada@example.com", "password": SECRET}, expect=200)


def test_a_stale_token_does_not_keep_anyone_from_logging_in(person):
    stale = Api(None, Authorization="Token stale")
    stale.post("/auth/token/", {"email": "ada@example.com", "password": SECRET}, expect=200)


def test_reading_does_not_rewrite_the_password_hash(person):
    before = User.objects.get(pk=person.pk)
    log_in(expect=200)
    after = User.objects.get(pk=person.pk)
    assert (before.password, before.version) == (after.password, after.version)


def test_logout_revokes_the_token_in_use_and_no_other(person):
    here, elsewhere = Api(person), Api(person)

    assert here.post("/auth/logout/", expect=200).json() == {"logged_out": True}

    here.get("/me/", expect=401, code="not_authenticated")
    elsewhere.get("/me/", expect=200)
