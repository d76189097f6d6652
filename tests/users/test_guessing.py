"""Guessing passwords: wherever it is tried, it is counted, limited and logged, and locks no one out permanently."""

import logging
import shutil
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from prometheus_client import REGISTRY

from core.turns import files
from tests.api import Api
from tests.users.factories import UserFactory
from users import hashing
from users.choices import EX, IM, TS

pytestmark = pytest.mark.django_db
SECRET, NEW = "an old secret 5", "seven violet harbours at dusk"


@pytest.fixture
def person():
    return UserFactory(role=TS, email="ada@example.com", password=SECRET)


def log_in(password=SECRET, address="192.0.2.1", **options):
    caller = Api()
    caller.client.defaults["REMOTE_ADDR"] = address
    return caller.post("/auth/token/", {"email": "ada@example.com", "password": password}, **options)


def attempts(code):
    return REGISTRY.get_sample_value("ims_refused_attempts_total", {"code": code}) or 0


def lines(caplog):
    return [each.msg for each in caplog.records if each.name == "ims.security"]


# -- wrong current passwords


def ask_to_change(caller, password, **options):
    return caller.patch("/me/", {"password": NEW, "current_password": password}, **options)


def ask_whether_to_change(caller, password, **options):
    payload = {"password": NEW, "current_password": password}
    question = {"operation": "user.update_profile", "reference_type": "user", "reference_id": caller.user.pk}
    return caller.post("/approvals/check/", {**question, "payload": payload}, **options)


def test_wrong_current_passwords_are_failed_logins(person):
    caller = Api(person)
    for _ in range(4):
        ask_to_change(caller, "wrong", expect=400)
    ask_to_change(caller, SECRET.upper(), expect=400)
    refused = ask_to_change(caller, SECRET, expect=429, code="locked_out")
    assert int(refused["Retry-After"]) > 0
    log_in(address="127.0.0.1", expect=429, code="locked_out")
    person.refresh_from_db()
    assert person.check_password(SECRET)


def test_so_are_questions_whether_one_would_be_right(person):
    caller = Api(person)
    for _ in range(5):
        assert ask_whether_to_change(caller, "wrong", expect=200).json()["decision"] == "denied"
    assert ask_whether_to_change(caller, SECRET, expect=200).json()["code"] == "locked_out"
    ask_to_change(caller, SECRET, expect=429, code="locked_out")


def test_a_password_that_is_left_out_is_no_guess(person):
    caller = Api(person)
    for _ in range(9):
        caller.patch("/me/", {"password": NEW}, expect=400)
    ask_to_change(caller, SECRET, expect=200)


# -- from many addresses


def test_guesses_from_many_addresses_are_limited_and_the_owner_is_still_heard(person, settings):
    settings.IMS_LOGIN_FAILURES_ANYWHERE = 12
    log_in(address="192.0.2.200", expect=200)
    for number in range(12):
        log_in("wrong", address=f"198.51.100.{number}", expect=401)

    log_in(address="198.51.100.99", expect=429, code="locked_out")  # even with the right password
    log_in(address="192.0.2.200", expect=200)


def test_guesses_at_one_account_concern_no_other(person, settings):
    settings.IMS_LOGIN_FAILURES_ANYWHERE = 3
    UserFactory(email="bob@example.com", password=SECRET)
    for number in range(3):
        log_in("wrong", address=f"198.51.100.{number}", expect=401)
    Api().post("/auth/token/", {"email": "bob@example.com", "password": SECRET}, expect=200)


# -- hashing


@pytest.fixture
def one_hash(settings, monkeypatch):
    settings.IMS_HASHES_AT_ONCE, settings.IMS_INSTALLATION = 1, uuid4().hex
    monkeypatch.setattr(hashing, "PATIENCE", 0.05)
    yield
    shutil.rmtree(files._folder(), ignore_errors=True)


def test_more_hashes_at_once_than_allowed_are_refused(person, one_hash):
    with files.free_turn("hash", 1):
        refused = log_in(expect=429, code="throttled")
    assert (int(refused["Retry-After"]) > 0, refused.json()["rule"]) == (True, "hashes_at_once")
    log_in(expect=200)


def test_one_thread_waits_for_its_turn_and_others_are_refused_at_once(person, one_hash, monkeypatch):
    waits = []
    monkeypatch.setattr(hashing.time, "sleep", waits.append)
    with files.free_turn("hash", 1):
        with hashing._waiting:
            log_in(expect=429, code="throttled")
        assert waits == []
        log_in(expect=429, code="throttled")
    assert waits


def test_a_turn_that_becomes_free_is_taken(person, one_hash, monkeypatch):
    taken = files.free_turn("hash", 1)
    monkeypatch.setattr(hashing.time, "sleep", lambda _: taken.close())
    log_in(expect=200)


def test_a_link_in_the_folder_of_turns_is_not_followed(person, one_hash, tmp_path):
    target = tmp_path / "precious"
    target.write_text("kept")
    files.free_turn("other", 1).close()
    (files._folder() / "hash-0").symlink_to(target)
    with pytest.raises(OSError, match="symbolic links"):
        files.free_turn("hash", 1)
    assert target.read_text() == "kept"


def test_new_passwords_are_hashed_with_argon2_and_old_hashes_still_count(person, settings):
    settings.PASSWORD_HASHERS = ["users.hashing.Argon2idHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    person.change(password=make_password(SECRET, hasher="pbkdf2_sha256"))
    log_in(expect=200)
    person.set_password(SECRET)
    assert person.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert person.check_password(SECRET)


@pytest.mark.parametrize("password", ["password1234", "aaaaaaaaaaaaaaaa", "qwertyuiop12", "ada@example.com1"])
def test_passwords_that_are_easy_to_guess_are_refused(person, password):
    refused = Api(person).patch("/me/", {"password": password, "current_password": SECRET}, expect=400)
    assert "weak_password" in {item["code"] for item in refused.json()["errors"]}


# -- the security log


def test_a_failed_login_leaves_a_line_without_what_was_typed(person, caplog):
    before = attempts("invalid_credentials")
    with caplog.at_level(logging.WARNING, "ims.security"):
        log_in("a wrong guess", address="192.0.2.9", expect=401)
    (line,) = lines(caplog)
    assert (line["code"], line["account_id"], line["address"]) == ("invalid_credentials", person.pk, "192.0.2.9")
    assert "ada@" not in str(line)
    assert "guess" not in str(line)
    assert attempts("invalid_credentials") == before + 1


def test_a_forbidden_request_and_a_wrong_current_password_leave_lines(person, caplog):
    caller, before = Api(person), attempts("wrong_password")
    with caplog.at_level(logging.WARNING, "ims.security"):
        caller.get("/audit-entries/", expect=403)
        ask_to_change(caller, "wrong", expect=400)
        caller.get("/me/", expect=200)
    forbidden, wrong = lines(caplog)
    assert (forbidden["code"], forbidden["account_id"], forbidden["address"]) == (
        "role_not_permitted",
        person.pk,
        "127.0.0.1",
    )
    assert (wrong["code"], wrong["account_id"]) == ("wrong_password", person.pk)
    assert attempts("wrong_password") == before + 1


# -- the source of acts


def test_where_an_act_came_from_is_read_by_administrators_and_executives_only(person):
    caller = Api(person)
    caller.client.defaults["REMOTE_ADDR"] = "203.0.113.7"
    caller.patch("/me/", {"department": "Payments"}, expect=200)
    path = f"/audit-entries/?reference_type=user&reference_id={person.pk}&operation=user.update_profile"

    (told,) = Api(UserFactory(role=EX)).get(path, expect=200).json()["results"]
    (hidden,) = Api(UserFactory(role=IM)).get(path, expect=200).json()["results"]
    (own,) = caller.get("/me/audit-entries/?operation=user.update_profile", expect=200).json()["results"]

    assert told["address"] == "203.0.113.7"
    assert "address" not in hidden
    assert "address" not in own
    assert hidden["source_seal"] == told["source_seal"] != ""
