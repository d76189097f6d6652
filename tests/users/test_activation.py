"""SOP 5: split knowledge. Two people hold one share each; only the owner, with both, sets the password."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from audit.models import AuditEntry
from core.models import KeptAnswer
from tests.api import Api, codes, fields
from tests.approvals.factories import approved
from tests.users.activation import PASSWORD, activate, countersigned, issued, path_of, shares_of
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC
from users.models import ActivationToken, Token, User
from users.tokens import new_token

pytestmark = pytest.mark.django_db


def agent_of(person: User) -> Api:
    return Api(None, Authorization=f"Token {new_token(person, agent='onboarding-bot')[1]}")


@pytest.mark.parametrize("turn", [1, -1])
def test_both_shares_in_any_order_let_the_owner_set_a_password(api, turn):
    user = UserFactory(role=TS)

    answer = activate(shares_of(user)[::turn]).json()

    assert answer == {"activated": True, "email": user.email}
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    assert not ActivationToken.objects.filter(user=user, used_at=None).exists()


def test_one_share_alone_activates_nothing(api):
    user = UserFactory(role=TS)
    first = issued(api(SA), user)
    activate([first, first], expect=401, code="invalid_credentials")
    activate([first, ""], expect=400)

    other = countersigned(user)
    for shares in ([other, other], [first, "x"], ["x", other]):
        refused = activate(shares, expect=401, code="invalid_credentials")
        assert refused.json()["rule"] == "split_knowledge"
    assert not User.objects.get(pk=user.pk).had_password


def test_shares_of_two_accounts_do_not_mix(api):
    one, other = UserFactory(role=TS), UserFactory(role=TS)
    mine, theirs = shares_of(one), shares_of(other)
    activate([mine[0], theirs[1]], expect=401, code="invalid_credentials")
    activate(mine)
    activate(theirs)


def test_nothing_stored_activates_an_account(api):
    user = UserFactory(role=TS)
    shares = shares_of(user)
    kept = ActivationToken.objects.get(user=user)

    activate([kept.digest, kept.other_digest], expect=401, code="invalid_credentials")

    stored = str(list(ActivationToken.objects.values()))
    assert not [share for share in shares if share in stored]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"token": "x"}, "token"),
        ({"shares": ["x"]}, "shares"),
        ({"shares": ["x", "y", "z"]}, "shares"),
        ({"shares": "x"}, "shares"),
        ({"shares": [1, {}]}, "shares"),
        ({}, "shares"),
    ],
)
def test_the_body_holds_two_shares(body, field):
    refused = Api().post("/auth/activate/", {"password": PASSWORD, **body}, expect=400)
    assert field in fields(refused)


def test_a_reissue_voids_both_shares_of_before(api):
    user, administrator = UserFactory(role=TS), api(SA)
    old = shares_of(user, administrator)
    new = shares_of(user, administrator)

    for shares in (old, [old[0], new[1]], [new[0], old[1]]):
        activate(shares, expect=401, code="invalid_credentials")
    activate(new)
    activate(new, "another horse 8", expect=401, code="invalid_credentials")


def test_a_reissue_voids_a_share_without_countersignature(api):
    user, administrator = UserFactory(role=TS), api(SA)
    old = issued(administrator, user)
    new = issued(administrator, user)
    other = countersigned(user)
    activate([old, other], expect=401)
    activate([new, other])


def test_activation_ends_access_from_before(api):
    user = UserFactory(role=TS)
    session = api(user)

    activate(shares_of(user))

    session.get("/me/", expect=401, code="not_authenticated")
    assert not Token.objects.filter(user=user, revoked_at=None).exists()


def test_shares_expire_together(api, settings):
    user, late = UserFactory(role=TS), UserFactory(role=TS)
    shares, first = shares_of(user), issued(api(SA), late)

    with time_machine.travel(timezone.now() + timedelta(hours=settings.IMS_ACTIVATION_HOURS, seconds=1)):
        activate(shares, expect=401, code="token_expired")
        refused = api(EX).post(f"{path_of(late)}countersign/", expect=409, code="precondition_failed")
    assert codes(refused) == {"share_expired"}
    assert first
    assert not User.objects.get(pk=user.pk).had_password


@pytest.mark.parametrize("password", ["short", "password1234", "123456789012", "grace.hopper99", ""])
def test_a_weak_password_is_refused_and_the_shares_stay_good(api, password):
    user = UserFactory(role=TS, name="Grace Hopper", email="grace.hopper@example.com")
    shares = shares_of(user)

    refused = activate(shares, password, expect=400)
    assert fields(refused) == {"password"}
    assert password == "" or codes(refused) == {"weak_password"}
    activate(shares)


def test_an_account_that_is_no_longer_active_is_not_activated(api):
    user = UserFactory(role=TS)
    shares = shares_of(user)
    user.change(status="on_leave")
    activate(shares, expect=403, code="user_inactive")


def test_users_cannot_issue_their_own_activation(api):
    administrator = UserFactory(role=SA)
    api(administrator).post(path_of(administrator), expect=403, code="segregation_of_duties")


@pytest.mark.parametrize("role", [SA, IM, EX])
def test_who_may_countersign(api, role):
    user = UserFactory(role=TS)
    first = issued(api(SA), user)
    answer = api(role).post(f"{path_of(user)}countersign/", expect=200).json()

    assert answer["activation_share"] != first
    assert answer["activation_expires_at"]
    activate([first, answer["activation_share"]])


@pytest.mark.parametrize("role", [TS, AM])
def test_who_may_not(api, role):
    user = UserFactory(role=TS)
    issued(api(SA), user)
    api(role).post(f"{path_of(user)}countersign/", expect=403, code="role_not_permitted")


def test_neither_who_created_nor_who_issued_countersigns(api):
    creator, issuer = api(SA), api(IM)
    body = {"name": "Ada", "email": "ada@example.com", "role": TS, "timezone": "UTC"}
    made = creator.post("/users/", body, expect=201).json()["id"]
    path = path_of(made)
    refused = creator.post(f"{path}countersign/", expect=403, code="segregation_of_duties")
    assert refused.json()["rule"] == "not_the_issuer"

    issuer.post(path, expect=200)
    for asker in (creator, issuer):
        asker.post(f"{path}countersign/", expect=403, code="segregation_of_duties")
    api(EX).post(f"{path}countersign/", expect=200)


def test_the_other_share_is_drawn_once(api):
    user = UserFactory(role=TS)
    assert codes(api(EX).post(f"{path_of(user)}countersign/", expect=409)) == {"no_pending_share"}
    first = issued(api(SA), user)
    other = countersigned(user)

    refused = api(EX).post(f"{path_of(user)}countersign/", expect=409, code="precondition_failed")

    assert codes(refused) == {"share_drawn"}
    assert other not in refused.content.decode()
    activate([first, other])
    assert codes(api(EX).post(f"{path_of(user)}countersign/", expect=409)) == {"no_pending_share"}


def test_a_software_agent_neither_issues_nor_countersigns(api):
    person, user = UserFactory(role=SA), UserFactory(role=TS)

    agent_of(person).post(path_of(user), expect=403)
    assert not ActivationToken.objects.exists()

    first = issued(api(person), user)
    agent_of(UserFactory(role=EX)).post(f"{path_of(user)}countersign/", expect=403)
    activate([first, countersigned(user)])


def test_an_inactive_account_gets_none(api):
    user = UserFactory(role=TS, status="inactive")
    api(SA).post(path_of(user), expect=409, code="precondition_failed")


@pytest.mark.parametrize("role", [SA, EX, IM])
def test_a_privileged_account_is_opened_only_with_an_executives_approval(api, role):
    user, manager = UserFactory(role=role), api(IM)
    manager.post(path_of(user), expect=403, code="approval_required")
    assert not ActivationToken.objects.filter(user=user).exists()

    approval = approved(manager, api(EX), "user.issue_activation", {}, user)
    activate([issued(manager, user, approval=approval), countersigned(user)])


@pytest.mark.parametrize("role", [TS, AM, CC, VC])
def test_an_account_with_a_former_password_is_reactivated_only_with_approval(api, role):
    """Users who may issue shares cannot take over a colleague's or a client contact's account."""
    user, manager = UserFactory(role=role, password="an old secret 5"), api(IM)
    session = api(user)
    manager.post(path_of(user), expect=403, code="approval_required")
    session.get("/me/", expect=200)

    approval = approved(manager, api(EX), "user.issue_activation", {}, user)
    first = issued(manager, user, approval=approval)

    session.get("/me/", expect=401, code="not_authenticated")
    manager.post(f"{path_of(user)}countersign/", expect=403, code="segregation_of_duties")
    activate([first, first], expect=401)
    activate([first, countersigned(user)])


def test_an_account_that_ever_had_a_password_stays_one(api):
    """Suspension takes the password away; what it protected is not open to one person for that."""
    user, administrator = UserFactory(role=TS, password="an old secret 5"), api(SA)
    for status in ("suspended", "active"):
        administrator.patch(f"/users/{user.pk}/permissions/", {"status": status}, expect=200)
    administrator.post(path_of(user), expect=403, code="approval_required")


def test_guessing_the_other_share_locks_the_account_for_that_address(api, settings):
    user = UserFactory(role=TS)
    shares = shares_of(user)
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        activate([shares[0], "guess"], expect=401, code="invalid_credentials")

    locked = activate([shares[0], "guess"], expect=429, code="locked_out")

    assert int(locked["Retry-After"]) == settings.AXES_COOLOFF_TIME.total_seconds()
    activate(shares, expect=429, code="locked_out")
    elsewhere = Api()
    elsewhere.client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    elsewhere.post("/auth/activate/", {"shares": shares, "password": PASSWORD}, expect=200)


def test_shares_are_never_stored(api):
    body = {"name": "Ada", "email": "ada@example.com", "role": TS, "timezone": "UTC"}
    keyed = {"Idempotency-Key": "k"}
    first = api(SA).post("/users/", body, expect=201, **keyed).json()
    other = api(EX).post(f"{path_of(first['id'])}countersign/", expect=200, **keyed).json()["activation_share"]

    trail = str(list(AuditEntry.objects.values()))
    assert first["activation_share"] not in trail
    assert other not in trail
    assert KeptAnswer.objects.count() == 0


def test_the_system_principal_gets_none(api):
    api(SA).post("/users/0/activation-token/", expect=409, code="precondition_failed")
    api(EX).post("/users/0/activation-token/countersign/", expect=409, code="precondition_failed")
