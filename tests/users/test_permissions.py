"""SOP 6: Managing User Permissions."""

import pytest

from approvals.models import Approval
from audit.models import AuditEntry
from tests.api import Api, fields
from tests.approvals.factories import approved
from tests.clients.factories import ClientFactory
from tests.users.activation import activate, shares_of
from tests.users.factories import UserFactory
from tests.users.sessions import OLD, entered, is_in, log_in
from tests.vendors.factories import VendorFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC
from users.models import User
from users.tokens import new_token

pytestmark = pytest.mark.django_db


GRANTED = ["user.permissions"]


def path(user: User) -> str:
    return f"/users/{user.pk}/permissions/"


@pytest.mark.parametrize("asker", [SA, IM])
@pytest.mark.parametrize("change", [{"role": AM}, {"status": "on_leave"}, {"role": AM, "status": "on_leave"}])
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
def test_users_cannot_change_their_own_permissions(api, role, change):
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
    (TS, {"role": IM}),
    (IM, {"role": TS}),
    (IM, {"status": "on_leave"}),
    (IM, {"status": "suspended"}),
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


def test_from_suspended_to_inactive_is_a_change_of_a_privileged_account(api):
    user = UserFactory(role=IM, status="suspended")
    api(SA).patch(path(user), {"status": "inactive"}, expect=403, code="approval_required")


@pytest.mark.parametrize("role", [EX, SA, IM, AM])
def test_a_change_of_role_voids_shares_from_before(api, role):
    """An older share does not activate a new role."""
    user, asker = UserFactory(role=TS), api(IM)
    shares = shares_of(user, asker)
    change = {"role": role}
    lent = {} if role == AM else {"approval": approved(asker, api(EX), "user.permissions", change, user)}

    asker.patch(path(user), change, expect=200, **lent)

    activate(shares, expect=401, code="invalid_credentials")
    if role != AM:
        asker.post(f"/users/{user.pk}/activation-token/", expect=403, code="approval_required")


def test_a_change_of_role_ends_tokens_and_sessions_and_keeps_the_password(api):
    user = UserFactory(role=TS, password=OLD)
    held, browser = api(user), entered(user)

    api(SA).patch(path(user), {"role": AM}, expect=200)

    held.get("/me/", expect=401, code="not_authenticated")
    assert not is_in(browser)
    log_in(user, expect=200)


@pytest.mark.parametrize("status", ["suspended", "inactive"])
def test_access_that_ends_is_over_also_after_reactivation(api, status):
    user, administrator = UserFactory(role=TS, password=OLD), api(SA)
    held, browser = api(user), entered(user)

    administrator.patch(path(user), {"status": status}, expect=200)
    held.get("/me/", expect=401, code="not_authenticated")
    administrator.patch(path(user), {"status": "active"}, expect=200)

    held.get("/me/", expect=401, code="not_authenticated")
    assert not is_in(browser)
    log_in(user, expect=401, code="invalid_credentials")
    approval = approved(administrator, api(EX), "user.issue_activation", {}, user)
    activate(shares_of(user, administrator, approval=approval), "a brand new secret 9")


@pytest.mark.parametrize("status", ["suspended", "inactive"])
def test_pending_shares_do_not_survive_reactivation(api, status):
    user, administrator = UserFactory(role=TS), api(SA)
    shares = shares_of(user, administrator)
    for each in (status, "active"):
        administrator.patch(path(user), {"status": each}, expect=200)
    activate(shares, expect=401, code="invalid_credentials")


def test_leave_ends_nothing(api):
    user, administrator = UserFactory(role=TS, password=OLD), api(SA)
    held = api(user)

    administrator.patch(path(user), {"status": "on_leave"}, expect=200)
    held.get("/me/", expect=403, code="user_inactive")
    log_in(user, expect=403, code="user_inactive")
    administrator.patch(path(user), {"status": "active"}, expect=200)

    held.get("/me/", expect=200)
    log_in(user, expect=200)


def test_a_role_that_needs_an_organisation_is_set_together_with_it(api):
    user, client, vendor = UserFactory(role=TS), ClientFactory(), VendorFactory()
    asker = api(SA)

    made = asker.patch(path(user), {"role": CC, "client_id": client.pk}, expect=200).json()
    assert (made["role"], made["client_id"], made["vendor_id"]) == (CC, client.pk, None)
    made = asker.patch(path(user), {"role": VC, "vendor_id": vendor.pk}, expect=200).json()
    assert (made["role"], made["client_id"], made["vendor_id"]) == (VC, None, vendor.pk)


@pytest.mark.parametrize(
    ("change", "also"), [({"role": AM}, set()), ({"status": "on_leave"}, set()), ({"role": VC}, {"vendor_id"})]
)
def test_an_association_comes_only_with_a_role_that_needs_it(api, change, also):
    user = UserFactory(role=TS)
    refused = api(SA).patch(path(user), {**change, "client_id": ClientFactory().pk}, expect=400)
    assert fields(refused) == {"client_id", *also}


@pytest.mark.parametrize(
    ("role", "status", "change"),
    [(TS, "suspended", {"status": "active"}), (TS, "active", {"role": IM}), (EX, "active", {"status": "on_leave"})],
)
def test_what_restores_access_or_grants_privilege_is_done_in_person(api, role, status, change):
    user, person = UserFactory(role=role, status=status), UserFactory(role=SA)
    agent = Api(None, Authorization=f"Token {new_token(person, agent='onboarding-bot', operations=GRANTED)[1]}")

    refused = agent.patch(path(user), change, expect=403, code="in_person_required").json()

    assert refused["transfer_to_human"] is True
    user.refresh_from_db()
    assert (user.role, user.status) == (role, status)


@pytest.mark.parametrize("change", [{"status": "on_leave"}, {"role": AM}, {"status": "active"}])
def test_an_agent_makes_changes_that_neither_restore_access_nor_touch_privilege(api, change):
    user, person = UserFactory(role=TS), UserFactory(role=SA)
    agent = Api(None, Authorization=f"Token {new_token(person, agent='onboarding-bot', operations=GRANTED)[1]}")

    assert agent.patch(path(user), change, expect=200).json().items() >= change.items()


@pytest.mark.parametrize("role", [EX, TS, AM])
def test_others_change_no_permissions(api, role):
    api(role).patch(path(UserFactory(role=TS)), {"status": "inactive"}, expect=403, code="role_not_permitted")


def test_the_change_takes_effect_at_once(api):
    user = UserFactory(role=TS)
    session = api(user)
    session.get("/me/", expect=200)

    api(SA).patch(path(user), {"status": "suspended"}, expect=200)

    session.get("/me/", expect=401, code="not_authenticated")


def test_the_system_principal_cannot_be_changed(api):
    api(SA).patch("/users/0/permissions/", {"status": "active"}, expect=409, code="precondition_failed")


def test_a_user_who_does_not_exist_is_not_found(api):
    api(SA).patch("/users/987654/permissions/", {"status": "active"}, expect=404, code="not_found")
