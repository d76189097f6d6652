"""SOP 5: updating users."""

import pytest

from audit.models import AuditEntry
from tests.api import codes, fields
from tests.approvals.factories import approved
from tests.clients.factories import ClientFactory
from tests.users.factories import UserFactory
from tests.users.sessions import OLD, log_in
from tests.vendors.factories import VendorFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("asker", [SA, IM])
def test_data_are_corrected_and_leave_their_entry(api, asker):
    user = UserFactory(role=TS, password=OLD)
    change = {"name": "Grace Hopper", "department": "Compilers", "timezone": "America/New_York"}

    answer = api(asker).patch(f"/users/{user.pk}/", {**change, "email": " Grace@Example.com"}, expect=200).json()

    assert {name: answer[name] for name in change} == change
    assert answer["email"] == "grace@example.com"
    log_in(User.objects.get(pk=user.pk), expect=200)
    entry = AuditEntry.objects.filter(reference_type="user", reference_id=user.pk).latest("sequence")
    assert entry.operation == "user.update"
    assert "grace@example.com" not in str(entry.changes)


@pytest.mark.parametrize("role", [TS, AM, EX, CC])
def test_other_roles_cannot_update_users(api, role):
    user = UserFactory(role=TS)
    api(role).patch(f"/users/{user.pk}/", {"name": "X"}, expect=403, code="role_not_permitted")


@pytest.mark.parametrize("role", [SA, IM])
def test_users_cannot_change_their_own_address_or_association(api, role):
    person = UserFactory(role=role)
    for change in ({"email": "else@example.com"}, {"client_id": ClientFactory().pk}, {"vendor_id": VendorFactory().pk}):
        refused = api(person).patch(f"/users/{person.pk}/", change, expect=403, code="segregation_of_duties")
        assert refused.json()["rule"] == "not_own_identity"
    api(person).patch(f"/users/{person.pk}/", {"name": "Else", "email": person.email}, expect=200)


@pytest.mark.parametrize("role", [EX, SA, IM])
def test_the_address_of_a_privileged_account_needs_an_executives_approval(api, role):
    user, asker = UserFactory(role=role), api(SA)
    change = {"email": "moved@example.com"}
    asker.patch(f"/users/{user.pk}/", change, expect=403, code="approval_required")
    asker.patch(f"/users/{user.pk}/", {"name": "Only the name"}, expect=200)

    approval = approved(asker, api(EX), "user.update", change, user)
    asker.patch(f"/users/{user.pk}/", change, approval=approval, expect=200)


def test_an_address_in_use_is_a_duplicate(api):
    user, other = UserFactory(role=TS), UserFactory(role=TS)
    refused = api(SA).patch(f"/users/{user.pk}/", {"email": other.email.upper()}, expect=409, code="duplicate")
    assert fields(refused) == {"email"}


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"role": "executive"}, "role", "unknown_field"),
        ({"status": "inactive"}, "status", "unknown_field"),
        ({"password": "x"}, "password", "unknown_field"),
        ({"email": "no address"}, "email", "invalid"),
        ({"timezone": "Mars/Olympus"}, "timezone", "timezone"),
        ({"client_id": 987654}, "client_id", "invalid_reference"),
        ({"name": None}, "name", "null"),
    ],
)
def test_bad_input_is_named(api, change, field, code):
    user = UserFactory(role=TS)
    refused = api(SA).patch(f"/users/{user.pk}/", change, expect=400)
    assert (fields(refused), codes(refused)) == ({field}, {code})
    assert User.objects.get(pk=user.pk).version == 1


def test_a_contact_moves_to_another_client_but_never_to_none(api):
    contact, client, vendor = UserFactory(role=CC), ClientFactory(), VendorFactory()
    path, asker = f"/users/{contact.pk}/", api(SA)

    assert fields(asker.patch(path, {"client_id": None}, expect=400)) == {"client_id"}
    assert fields(asker.patch(path, {"vendor_id": vendor.pk}, expect=400)) == {"vendor_id"}
    assert asker.patch(path, {"client_id": client.pk}, expect=200).json()["client_id"] == client.pk
    assert fields(asker.patch(f"/users/{UserFactory(role=VC).pk}/", {"vendor_id": None}, expect=400)) == {"vendor_id"}


def test_the_system_principal_cannot_be_updated(api):
    api(SA).patch("/users/0/", {"name": "Somebody"}, expect=409, code="precondition_failed")
