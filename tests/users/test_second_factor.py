"""The second factor: enrolled by its owner, asked at each login, used once, and reset by others."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import AuditEntry
from tests.api import Api, fields
from tests.users.factories import UserFactory
from tests.users.sessions import OLD, entered, is_in, log_in
from users.choices import EX, IM, SA, TS, Role
from users.models import SecondFactor
from users.second_factor import STEP, TOLERANCE, code_at, decrypted

pytestmark = pytest.mark.django_db


def code_of(secret: str, ahead: int = 0) -> str:
    """What the app shows, some steps from now."""
    return code_at(secret, timezone.now() + timedelta(seconds=STEP * ahead))


def test_the_codes_are_those_of_the_standard():
    """RFC 6238, appendix B."""
    secret = base64.b32encode(b"12345678901234567890").decode()
    shown = [code_at(secret, datetime.fromtimestamp(at, UTC)) for at in (59, 1111111109, 20000000000)]
    assert shown == ["287082", "081804", "353130"]


def enrol(person, time_machine) -> tuple[str, list[str], Api]:
    """Enrol at a frozen time, and let one step pass, so that the next code is a new one."""
    time_machine.move_to(timezone.now(), tick=False)
    mine = Api(person)
    secret = mine.post("/auth/totp/", expect=200).json()["secret"]
    codes = mine.post("/auth/totp/confirm/", {"code": code_of(secret)}, expect=200).json()["recovery_codes"]
    time_machine.move_to(timezone.now() + timedelta(seconds=STEP), tick=False)
    return secret, codes, mine


def log_in_with(person, otp: str, **options):
    return Api().post("/auth/token/", {"email": person.email, "password": OLD, "otp": otp}, **options)


@pytest.fixture
def person():
    return UserFactory(role=IM, password=OLD)


@pytest.fixture
def required(settings):
    settings.IMS_REQUIRE_MFA = True


def test_a_login_needs_the_code_of_the_app(person, time_machine):
    secret, codes, _ = enrol(person, time_machine)

    assert len(set(codes)) == 10
    refused = log_in(person, expect=401, code="otp_required")
    assert "otp" in refused.json()["next"]
    wrong = log_in_with(person, "000000" if code_of(secret) != "000000" else "111111", expect=401)
    assert (wrong.json()["code"], fields(wrong)) == ("invalid_credentials", {"otp"})
    token = log_in_with(person, code_of(secret), expect=200).json()["token"]
    assert Api(None, Authorization=f"Token {token}").get("/me/").json()["second_factor"] == {
        "enrolled": True,
        "mandatory": False,
    }


def test_a_wrong_password_is_refused_before_the_code(person, time_machine):
    secret, _, _ = enrol(person, time_machine)

    answer = Api().post("/auth/token/", {"email": person.email, "password": "wrong", "otp": code_of(secret)})
    assert (answer.status_code, answer.json()["code"], fields(answer)) == (401, "invalid_credentials", set())


def test_a_code_is_accepted_once_and_none_before_it(person, time_machine):
    secret, _, _ = enrol(person, time_machine)
    earlier, used = code_of(secret, -1), code_of(secret)

    log_in_with(person, used, expect=200)
    log_in_with(person, used, expect=401, code="invalid_credentials")
    log_in_with(person, earlier, expect=401, code="invalid_credentials")
    log_in_with(person, code_of(secret, TOLERANCE), expect=200)


def test_the_code_that_confirmed_the_enrolment_logs_no_one_in(person, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    mine = Api(person)
    secret = mine.post("/auth/totp/").json()["secret"]
    mine.post("/auth/totp/confirm/", {"code": code_of(secret)}, expect=200)

    log_in_with(person, code_of(secret), expect=401, code="invalid_credentials")


@pytest.mark.parametrize("ahead", [-TOLERANCE - 1, TOLERANCE + 1])
def test_a_code_far_from_the_servers_time_is_refused(person, time_machine, ahead):
    secret, _, _ = enrol(person, time_machine)
    time_machine.move_to(timezone.now() + timedelta(hours=1), tick=False)

    log_in_with(person, code_of(secret, ahead), expect=401, code="invalid_credentials")


def test_a_recovery_code_replaces_the_app_once_however_it_is_spelled(person, time_machine):
    _, codes, _ = enrol(person, time_machine)

    log_in_with(person, f" {codes[0].upper().replace('-', ' ')} ", expect=200)
    log_in_with(person, codes[0], expect=401, code="invalid_credentials")
    log_in_with(person, codes[1], expect=200)
    assert len(SecondFactor.objects.get().recovery_codes) == 8


def test_neither_secret_nor_recovery_codes_are_stored_or_audited_in_the_clear(person, time_machine):
    secret, codes, _ = enrol(person, time_machine)
    log_in_with(person, codes[0], expect=200)

    stored = str(list(SecondFactor.objects.values())) + str(list(AuditEntry.objects.values()))
    assert not [each for each in (secret, *codes, *(code.replace("-", "") for code in codes)) if each in stored]
    assert decrypted(SecondFactor.objects.get().secret) == secret
    written = set(AuditEntry.objects.filter(reference_type="second_factor").values_list("action", flat=True))
    assert {"create", "update"} <= written


def test_the_secret_survives_a_change_of_the_key_and_moves_to_the_new_one(person, time_machine, settings):
    secret, _, _ = enrol(person, time_machine)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key " * 8

    log_in_with(person, code_of(secret), expect=200)
    settings.SECRET_KEY_FALLBACKS = []
    log_in_with(person, code_of(secret, 1), expect=200)


def test_guesses_are_limited_whatever_the_address_and_the_last_one_counts_too(person, time_machine, settings):
    secret, _, _ = enrol(person, time_machine)
    settings.AXES_FAILURE_LIMIT = 3
    for _ in range(2):
        log_in_with(person, "nothing", expect=401)
    settings.AXES_FAILURE_LIMIT = 2

    log_in_with(person, code_of(secret), expect=429, code="locked_out")
    time_machine.move_to(timezone.now() + settings.AXES_COOLOFF_TIME + timedelta(seconds=1), tick=False)
    log_in_with(person, code_of(secret), expect=200)


def test_an_accepted_code_forgets_the_failures(person, time_machine, settings):
    secret, codes, _ = enrol(person, time_machine)
    for good in (code_of(secret), codes[0]):
        for _ in range(settings.AXES_FAILURE_LIMIT - 1):
            log_in_with(person, "nothing", expect=401)
        log_in_with(person, good, expect=200)


def test_enrolment_ends_every_other_token_and_session(person, time_machine):
    other, browser = Api(person), entered(person)
    _, _, mine = enrol(person, time_machine)

    mine.get("/me/", expect=200)
    other.get("/me/", expect=401)
    assert not is_in(browser)


def test_a_wrong_code_and_a_missing_enrolment_confirm_nothing(person):
    mine = Api(person)
    missing = mine.post("/auth/totp/confirm/", {"code": "123456"}, expect=409)
    assert missing.json()["errors"][0]["code"] == "no_pending_enrolment"
    mine.post("/auth/totp/")
    wrong = mine.post("/auth/totp/confirm/", {"code": "nothing"}, expect=400)

    assert wrong.json()["errors"][0] | {"detail": ""} == {"field": "code", "code": "invalid_otp", "detail": ""}
    log_in(person, expect=200)


def test_a_second_enrolment_replaces_the_first_only_when_confirmed(person, time_machine):
    secret, _, mine = enrol(person, time_machine)
    begun = mine.post("/auth/totp/").json()["secret"]
    log_in_with(person, code_of(begun), expect=401)
    log_in_with(person, code_of(secret), expect=200)

    Api(person).post("/auth/totp/confirm/", {"code": code_of(begun)}, expect=200)
    time_machine.move_to(timezone.now() + timedelta(seconds=STEP), tick=False)
    log_in_with(person, code_of(secret), expect=401)
    log_in_with(person, code_of(begun), expect=200)


def test_the_owner_removes_the_factor(person, time_machine):
    _, _, mine = enrol(person, time_machine)

    assert mine.delete("/auth/totp/", expect=200).json() == {"enrolled": False, "mandatory": False}
    assert mine.delete("/auth/totp/", expect=200).json()["enrolled"] is False
    log_in(person, expect=200)


@pytest.mark.usefixtures("required")
@pytest.mark.parametrize("role", Role.values)
def test_the_roles_that_must_have_one_can_do_nothing_but_enrol(role, time_machine):
    person = UserFactory(role=role, password=OLD)
    token = log_in(person, expect=200).json()["token"]
    mine = Api(None, Authorization=f"Token {token}")

    if role not in (IM, SA, EX):
        mine.get("/me/", expect=200)
        return
    for path in ("/me/", "/incidents/", "/policy/", "/auth/tokens/"):
        refused = mine.get(path, expect=403, code="second_factor_required")
        assert "/auth/totp/" in refused.json()["next"]
    mine.post("/auth/tokens/", {"name": "another"}, expect=403, code="second_factor_required")
    time_machine.move_to(timezone.now(), tick=False)
    secret = mine.post("/auth/totp/", expect=200).json()["secret"]
    mine.post("/auth/totp/confirm/", {"code": code_of(secret)}, expect=200)
    assert mine.get("/me/", expect=200).json()["second_factor"] == {"enrolled": True, "mandatory": True}


@pytest.mark.usefixtures("required")
def test_without_the_factor_one_can_still_log_out(person):
    Api(person).post("/auth/logout/", expect=200)


def test_a_software_agent_neither_enrols_nor_removes(person, time_machine):
    from users.tokens import new_token  # noqa: PLC0415

    enrol(person, time_machine)
    agent = Api(None, Authorization=f"Token {new_token(person, agent='triage')[1]}")

    agent.post("/auth/totp/", expect=403, code="in_person_required")
    agent.delete("/auth/totp/", expect=403, code="in_person_required")


def test_an_administrator_resets_a_persons_factor(time_machine):
    person = UserFactory(role=TS, password=OLD)
    _, _, mine = enrol(person, time_machine)
    admin = Api(UserFactory(role=SA))

    admin.post(f"/users/{person.pk}/reset-second-factor/", expect=200)
    mine.get("/me/", expect=401)
    log_in(person, expect=200)
    again = admin.post(f"/users/{person.pk}/reset-second-factor/", expect=409)
    assert again.json()["errors"][0]["code"] == "no_second_factor"


def test_a_privileged_factor_is_reset_with_an_executives_approval(person, time_machine):
    enrol(person, time_machine)
    admin, executive = Api(UserFactory(role=SA)), Api(UserFactory(role=EX))
    path = f"/users/{person.pk}/reset-second-factor/"

    admin.post(path, expect=403, code="approval_required")
    wanted = {"operation": "user.reset_second_factor", "reference_type": "user", "reference_id": person.pk}
    asked = admin.post("/approvals/", {**wanted, "payload": {}}, expect=201).json()["id"]
    executive.post(f"/approvals/{asked}/approve/", expect=200)
    admin.post(path, approval=asked, expect=200)
    log_in(person, expect=200)


def test_an_executive_resets_it_directly_but_never_their_own(person, time_machine):
    enrol(person, time_machine)
    executive = UserFactory(role=EX)

    Api(executive).post(f"/users/{person.pk}/reset-second-factor/", expect=200)
    Api(executive).post(f"/users/{executive.pk}/reset-second-factor/", expect=403, code="segregation_of_duties")


# The console.


def answered(browser: Client, **posted: str):
    return browser.post("/console/login/", posted)


def test_the_console_asks_the_code_after_the_password(person, time_machine):
    secret, _, _ = enrol(person, time_machine)
    browser = Client()

    page = answered(browser, username=person.email, password=OLD)
    assert (page.status_code, 'name="otp"' in page.text, 'name="password"' in page.text) == (200, True, False)
    assert not is_in(browser)
    assert "wrong" in answered(browser, otp="nothing").text
    assert answered(browser, otp=code_of(secret)).status_code == 302
    assert is_in(browser)


def test_a_code_without_a_password_opens_nothing(person, time_machine):
    secret, _, _ = enrol(person, time_machine)
    browser = Client()

    assert "Start again" in answered(browser, otp=code_of(secret)).text
    assert not is_in(browser)


def test_a_login_that_waits_for_its_code_ends_with_time_and_with_the_password(person, time_machine):
    secret, _, mine = enrol(person, time_machine)
    browser = Client()
    answered(browser, username=person.email, password=OLD)
    time_machine.move_to(timezone.now() + timedelta(minutes=6), tick=False)
    answered(browser, otp=code_of(secret))
    assert not is_in(browser)

    answered(browser, username=person.email, password=OLD)
    mine.patch("/me/", {"password": "seven slow ferries turn", "current_password": OLD}, expect=200)
    answered(browser, otp=code_of(secret))
    assert not is_in(browser)


def test_guesses_in_the_console_are_limited(person, time_machine, settings):
    secret, _, _ = enrol(person, time_machine)
    browser = Client()
    answered(browser, username=person.email, password=OLD)
    for _ in range(settings.AXES_FAILURE_LIMIT):
        last = answered(browser, otp="nothing")

    assert last.status_code == 429
    assert answered(browser, otp=code_of(secret)).status_code == 429


@pytest.mark.usefixtures("required")
def test_the_console_opens_only_the_enrolment_to_an_account_without_its_factor(person, time_machine):
    browser = Client()
    answered(browser, username=person.email, password=OLD)
    for path in ("/console/", "/console/account/", "/console/search/"):
        assert browser.get(path)["Location"] == "/console/account/second-factor/"
    time_machine.move_to(timezone.now(), tick=False)

    assert "second factor" in browser.get("/console/account/second-factor/").text
    page = browser.post("/console/account/second-factor/", {"ask": "begin"})
    secret = decrypted(SecondFactor.objects.get().secret)
    assert secret in page.text
    wrong = browser.post("/console/account/second-factor/", {"ask": "confirm", "code": "nothing"})
    assert (wrong.status_code, secret in wrong.text) == (400, True)
    done = browser.post("/console/account/second-factor/", {"ask": "confirm", "code": code_of(secret)})
    assert done.text.count("<li><code>") == 10
    assert is_in(browser)


@pytest.mark.parametrize("code", ["١٢٣٤٥٦", "äöü", "１２３４５６x", "🙂"])
def test_a_code_of_any_characters_is_refused(code):
    person = Api(UserFactory(role=TS))
    person.post("/auth/totp/", expect=200)
    person.post("/auth/totp/confirm/", {"code": code}, expect=400, code="validation_error")
