"""SOP 5: the one-time activation token, for a new account and for one who lost access."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.api import Api, codes, fields
from tests.users.factories import UserFactory
from users.choices import EX, IM, SA, TS
from users.models import ActivationToken, Token, User
from users.tokens import new_token

pytestmark = pytest.mark.django_db

GOOD = "correct horse 7"


def issued(api: Api, user: User, **options: int) -> str:
    return str(api.post(f"/users/{user.pk}/activation-token/", expect=200, **options).json()["activation_token"])


def test_a_fresh_token_voids_the_older_one(api):
    user, administrator = UserFactory(role=TS), api(SA)
    older, newer = issued(administrator, user), issued(administrator, user)

    api().post("/auth/activate/", {"token": older, "password": GOOD}, expect=401, code="invalid_credentials")
    answer = api().post("/auth/activate/", {"token": newer, "password": GOOD}, expect=200).json()

    assert answer == {"activated": True, "email": user.email}
    assert User.objects.get(pk=user.pk).check_password(GOOD)
    assert not ActivationToken.objects.filter(user=user, used_at=None).exists()


def test_activation_ends_sessions_from_before(api):
    user = UserFactory(role=TS)
    session = api(user)
    secret = issued(api(IM), user)

    api().post("/auth/activate/", {"token": secret, "password": GOOD}, expect=200)

    session.get("/me/", expect=401, code="not_authenticated")
    assert not Token.objects.filter(user=user, revoked_at=None).exists()


def test_an_expired_token_is_refused(api, settings):
    user = UserFactory(role=TS)
    secret = issued(api(SA), user)

    with time_machine.travel(timezone.now() + timedelta(hours=settings.IMS_ACTIVATION_HOURS, seconds=1)):
        api().post("/auth/activate/", {"token": secret, "password": GOOD}, expect=401, code="token_expired")
    assert not User.objects.get(pk=user.pk).check_password(GOOD)


@pytest.mark.parametrize("password", ["short", "password1234", "123456789012", "grace.hopper99", ""])
def test_a_weak_password_is_refused_and_the_token_stays_good(api, password):
    user = UserFactory(role=TS, name="Grace Hopper", email="grace.hopper@example.com")
    secret = issued(api(SA), user)

    refused = api().post("/auth/activate/", {"token": secret, "password": password}, expect=400)
    assert fields(refused) == {"password"}
    assert password == "" or codes(refused) == {"weak_password"}
    api().post("/auth/activate/", {"token": secret, "password": GOOD}, expect=200)


def test_an_account_that_is_no_longer_active_is_not_activated(api):
    user = UserFactory(role=TS)
    secret = issued(api(SA), user)
    user.change(status="suspended")

    api().post("/auth/activate/", {"token": secret, "password": GOOD}, expect=403, code="user_inactive")


def test_an_unknown_token_is_refused(api):
    api().post("/auth/activate/", {"token": "x", "password": GOOD}, expect=401, code="invalid_credentials")


def test_nobody_issues_one_to_themselves(api):
    administrator = UserFactory(role=SA)
    path = f"/users/{administrator.pk}/activation-token/"
    api(administrator).post(path, expect=403, code="segregation_of_duties")


def test_a_software_agent_receives_none(api):
    person, user = UserFactory(role=SA), UserFactory(role=TS)
    agent = Api(None, Authorization=f"Token {new_token(person, agent='onboarding-bot')[1]}")

    refused = agent.post(f"/users/{user.pk}/activation-token/", expect=403, code="role_not_permitted")

    assert refused.json()["rule"] == "token_issued_in_person"
    assert not ActivationToken.objects.exists()
    assert issued(api(person), user)


def test_an_inactive_account_gets_none(api):
    user = UserFactory(role=TS, status="inactive")
    api(SA).post(f"/users/{user.pk}/activation-token/", expect=409, code="precondition_failed")


@pytest.mark.parametrize("role", [SA, EX])
def test_a_privileged_account_gets_one_only_with_an_executives_approval(api, role):
    user, manager, executive = UserFactory(role=role), api(IM), api(EX)
    path = f"/users/{user.pk}/activation-token/"
    manager.post(path, expect=403, code="approval_required")
    assert not ActivationToken.objects.filter(user=user).exists()

    request = {"operation": "user.issue_activation", "reference_type": "user", "reference_id": user.pk, "payload": {}}
    approval = manager.post("/approvals/", request, expect=201).json()["id"]
    executive.post(f"/approvals/{approval}/approve/", expect=200)
    assert issued(manager, user, approval=approval)


def test_the_system_principal_gets_none(api):
    api(SA).post("/users/0/activation-token/", expect=409, code="precondition_failed")
