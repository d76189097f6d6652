"""SOP 5: Creating User Accounts."""

import pytest

from audit.models import AuditEntry
from tests.api import codes, fields
from tests.approvals.factories import approved
from tests.clients.factories import ClientFactory
from tests.users.activation import PASSWORD, activate, countersigned, shares_of
from tests.users.agents import agent_of
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC
from users.models import ActivationToken, User

pytestmark = pytest.mark.django_db

BODY = {"name": "Ada Lovelace", "email": "ada@example.com", "role": "technical_support", "timezone": "Europe/London"}


def test_an_account_is_active_and_its_owner_sets_the_password_with_both_shares(api):
    answer = api(SA).post("/users/", {**BODY, "department": "Engines"}, expect=201).json()

    assert (answer["status"], answer["timezone"], answer["department"]) == ("active", "Europe/London", "Engines")
    assert answer["activation_expires_at"] > answer["created_at"]
    user = User.objects.get(pk=answer["id"])
    assert not user.has_usable_password()
    assert f"/users/{user.pk}/activation-token/countersign/" in answer["activation_next"]
    shares = [answer["activation_share"], countersigned(user)]
    activate(shares)
    api().post("/auth/token/", {"email": "ADA@example.com ", "password": PASSWORD}, expect=200)
    activate(shares, "another horse 8", expect=401, code="invalid_credentials")


def test_a_software_agent_creates_an_account_and_gets_no_share(api):
    person = UserFactory(role=SA)
    agent = agent_of(person, "user.create")

    answer = agent.post("/users/", BODY, expect=201).json()

    assert (answer["activation_share"], answer["activation_expires_at"]) == (None, None)
    assert "agents receive no share" in answer["activation_next"]
    assert not ActivationToken.objects.exists()
    activate(shares_of(User.objects.get(pk=answer["id"]), api(person)))


def test_the_trail_names_the_act_and_keeps_no_secret(api):
    answer = api(IM).post("/users/", BODY, expect=201).json()

    entry = AuditEntry.objects.get(reference_type="user", reference_id=answer["id"])
    assert (entry.action, entry.operation) == ("create", "user.create")
    trail = str(list(AuditEntry.objects.filter(request_id=entry.request_id).values()))
    assert "ada@example.com" not in trail
    assert answer["activation_share"] not in trail
    assert not ActivationToken.objects.filter(digest=answer["activation_share"]).exists()


@pytest.mark.parametrize("email", ["ada@example.com", " ADA@Example.COM ", "Ada@example.com"])
def test_an_address_is_unique_whatever_its_case_and_space(api, email):
    existing = UserFactory(email="ada@example.com")

    refused = api(SA).post("/users/", {**BODY, "email": email}, expect=409, code="duplicate")

    assert fields(refused) == {"email"}
    assert refused.json()["errors"][0]["existing_id"] == existing.pk
    assert User.objects.filter(email_key="ada@example.com").count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"role": CC}, "client_id"),
        ({"role": VC}, "vendor_id"),
        ({"role": "wizard"}, "role"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"email": "no address"}, "email"),
        ({"name": "  "}, "name"),
        ({"password": "correct horse 7"}, "password"),
        ({"status": "inactive"}, "status"),
        ({"is_system": True}, "is_system"),
        ({"client_id": 987654}, "client_id"),
        ({"vendor_id": 987654}, "vendor_id"),
    ],
)
def test_bad_input_is_named_and_writes_nothing(api, change, field):
    asker = api(SA)
    before = User.objects.count()

    refused = asker.post("/users/", {**BODY, **change}, expect=400)

    assert field in fields(refused)
    assert refused.json()["sop"] == [5]
    assert User.objects.count() == before


def test_all_missing_fields_are_named_at_once(api):
    refused = api(SA).post("/users/", {}, expect=400, code="validation_error")
    assert fields(refused) == {"name", "email", "role", "timezone"}


def test_contacts_belong_to_an_active_organisation_and_to_one_only(api):
    client, vendor = ClientFactory(), VendorFactory()
    closed = ClientFactory(status="inactive")
    asker = api(SA)

    asker.post("/users/", {**BODY, "role": CC, "client_id": client.pk}, expect=201)
    asker.post("/users/", {**BODY, "email": "v@example.com", "role": VC, "vendor_id": vendor.pk}, expect=201)
    both = {**BODY, "email": "b@example.com", "client_id": client.pk, "vendor_id": vendor.pk}
    assert fields(asker.post("/users/", both, expect=400)) == {"vendor_id"}
    inactive = {**BODY, "email": "i@example.com", "role": CC, "client_id": closed.pk}
    asker.post("/users/", inactive, expect=400, code="invalid_reference")


@pytest.mark.parametrize("role", [EX, SA, IM])
@pytest.mark.parametrize("asker", [SA, IM])
def test_a_privileged_account_needs_an_executives_approval(api, asker, role):
    body = {**BODY, "role": role}
    person, executive = api(asker), api(EX)
    refused = person.post("/users/", body, expect=403, code="approval_required")
    assert refused.json()["errors"][0]["approver_roles"] == [EX]
    assert not User.objects.filter(email="ada@example.com").exists()

    approval = person.post("/approvals/", {"operation": "user.create", "payload": body}, expect=201).json()["id"]
    assert codes(person.post("/users/", body, approval=approval, expect=403)) == {"approval_pending"}
    executive.post(f"/approvals/{approval}/approve/", expect=200)
    other = {**body, "email": "eve@example.com"}
    assert codes(person.post("/users/", other, approval=approval, expect=403)) == {"approval_body_mismatch"}
    person.post("/users/", body, approval=approval, expect=201)


@pytest.mark.parametrize("role", [EX, TS, AM])
def test_others_do_not_create_accounts(api, role):
    refused = api(role).post("/users/", BODY, expect=403, code="role_not_permitted")
    assert refused.json()["errors"][0]["roles"] == sorted([SA, IM])


def test_an_incident_manager_does_not_come_by_a_second_account_of_the_own_rank(api):
    """The approval names the new user, and the requester never holds both shares."""
    manager, executive = api(IM), api(EX)
    body = {**BODY, "role": IM}
    manager.post("/users/", body, expect=403, code="approval_required")

    made = manager.post("/users/", body, approval=approved(manager, executive, "user.create", body), expect=201).json()

    manager.post(f"/users/{made['id']}/activation-token/countersign/", expect=403, code="segregation_of_duties")
    share = made["activation_share"]
    activate([share, share], expect=401, code="invalid_credentials")
