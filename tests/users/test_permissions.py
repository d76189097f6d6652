"""SOP 6: Managing User Permissions."""

import pytest

from approvals.models import Approval
from audit.models import AuditEntry
from tests.api import fields
from tests.approvals.factories import approved
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC
from users.models import User

pytestmark = pytest.mark.django_db


def path(user: User) -> str:
    return f"/users/{user.pk}/permissions/"


@pytest.mark.parametrize("asker", [SA, IM])
@pytest.mark.parametrize("change", [{"role": AM}, {"status": "on_leave"}, {"role": IM, "status": "suspended"}])
def test_role_and_status_change_and_leave_their_entry(api, asker, change):
    user, person = UserFactory(role=TS), UserFactory(role=asker)

    answer = api(person).patch(path(user), {**change, "modified_by": person.pk}, expect=200)

    assert {name: answer.json()[name] for name in change} == change
    assert answer.json()["updated_by_id"] == person.pk
    assert answer["ETag"] == '"2"'
    entry = AuditEntry.objects.filter(reference_type="user", reference_id=user.pk).latest("sequence")
    assert (entry.operation, entry.user_id) == ("user.permissions", person.pk)
    assert {name: shown["new"] for name, shown in entry.changes.items()} == change


def test_a_modifier_who_is_not_the_caller_is_refused(api):
    user, other = UserFactory(role=TS), UserFactory(role=SA)
    refused = api(SA).patch(path(user), {"role": AM, "modified_by": other.pk}, expect=403, code="actor_mismatch")

    assert fields(refused) == {"modified_by"}
    assert User.objects.get(pk=user.pk).role == TS


@pytest.mark.parametrize("role", [SA, IM])
@pytest.mark.parametrize("change", [{"role": TS}, {"status": "inactive"}, {"status": "active"}])
def test_nobody_changes_their_own_account(api, role, change):
    person = UserFactory(role=role)
    refused = api(person).patch(path(person), change, expect=403, code="segregation_of_duties")
    assert refused.json()["rule"] == "not_own_account"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, "role"),
        ({"role": "wizard"}, "role"),
        ({"status": "gone"}, "status"),
        ({"role": CC}, "client_id"),
        ({"role": VC}, "vendor_id"),
        ({"role": None}, "role"),
        ({"email": "x@example.com"}, "email"),
    ],
)
def test_an_invalid_change_is_named(api, change, field):
    user = UserFactory(role=TS)
    refused = api(SA).patch(path(user), change, expect=400)

    assert field in fields(refused)
    assert refused.json()["sop"] == [6]
    assert User.objects.get(pk=user.pk).version == 1


GRANTS_AND_REMOVALS = [
    (TS, {"role": EX}),
    (TS, {"role": SA}),
    (EX, {"role": TS}),
    (SA, {"role": IM}),
    (SA, {"status": "suspended"}),
    (EX, {"status": "inactive"}),
]


@pytest.mark.parametrize(("role", "change"), GRANTS_AND_REMOVALS)
def test_privileges_are_granted_and_removed_with_an_executives_approval(api, role, change):
    user, asker, executive = UserFactory(role=role), api(SA), api(EX)
    asker.patch(path(user), change, expect=403, code="approval_required")
    assert User.objects.get(pk=user.pk).version == 1

    wanted = {"operation": "user.permissions", "reference_type": "user", "reference_id": user.pk, "payload": change}
    approval = asker.post("/approvals/", wanted, expect=201).json()["id"]
    executive.post(f"/approvals/{approval}/approve/", expect=200)
    asker.patch(path(user), change, approval=approval, expect=200)

    assert Approval.objects.get(pk=approval).status == "consumed"


def test_reactivating_a_privileged_account_is_a_grant(api):
    user = UserFactory(role=SA, status="inactive")
    api(IM).patch(path(user), {"status": "active"}, expect=403, code="approval_required")


@pytest.mark.parametrize("privilege", [EX, SA])
def test_a_grant_of_privilege_voids_activation_tokens_from_before(api, privilege):
    """Who holds an older token, the asker for one, does not come by the new role with it."""
    user, asker = UserFactory(role=TS), api(IM)
    secret = asker.post(f"/users/{user.pk}/activation-token/", expect=200).json()["activation_token"]
    approval = approved(asker, api(EX), "user.permissions", {"role": privilege}, user)

    asker.patch(path(user), {"role": privilege}, approval=approval, expect=200)

    body = {"token": secret, "password": "sturdy-mule-99-river"}
    api().post("/auth/activate/", body, expect=401, code="invalid_credentials")
    asker.post(f"/users/{user.pk}/activation-token/", expect=403, code="approval_required")


def test_other_changes_leave_the_activation_token_good(api):
    user, asker = UserFactory(role=TS), api(SA)
    secret = asker.post(f"/users/{user.pk}/activation-token/", expect=200).json()["activation_token"]

    asker.patch(path(user), {"role": AM}, expect=200)

    api().post("/auth/activate/", {"token": secret, "password": "sturdy-mule-99-river"}, expect=200)


@pytest.mark.parametrize("role", [EX, TS, AM])
def test_others_change_no_permissions(api, role):
    api(role).patch(path(UserFactory(role=TS)), {"status": "inactive"}, expect=403, code="role_not_permitted")


def test_the_change_takes_effect_at_once(api):
    user = UserFactory(role=TS)
    session = api(user)
    session.get("/me/", expect=200)

    api(SA).patch(path(user), {"status": "suspended"}, expect=200)

    session.get("/me/", expect=403, code="user_inactive")


def test_the_system_principal_cannot_be_changed(api):
    api(SA).patch("/users/0/permissions/", {"status": "active"}, expect=409, code="precondition_failed")


def test_a_user_who_does_not_exist_is_not_found(api):
    api(SA).patch("/users/987654/permissions/", {"status": "active"}, expect=404, code="not_found")
