"""SOP 4: Updating Client Information."""

import pytest

from audit.models import AuditEntry
from tests.api import fields
from tests.clients.factories import AssignmentFactory, ClientFactory
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS

pytestmark = pytest.mark.django_db


def test_an_assigned_account_manager_updates_the_client(api):
    assignment = AssignmentFactory()
    answer = api(assignment.user).patch(
        f"/clients/{assignment.client_id}/",
        {"status": "suspended", "requester_id": assignment.user_id},
        expect=200,
    )

    assert answer.json()["status"] == "suspended"
    assert answer.json()["updated_by_id"] == assignment.user_id
    assert answer["ETag"] == '"2"'
    entry = AuditEntry.objects.filter(reference_type="client", reference_id=assignment.client_id).latest("sequence")
    assert entry.changes == {"status": {"old": "active", "new": "suspended"}}


def test_an_account_manager_who_is_not_assigned_is_out_of_scope(api):
    client = ClientFactory()

    refused = api(AM).patch(f"/clients/{client.pk}/", {"name": "Mine"}, expect=403, code="out_of_scope")

    assert refused.json()["rule"] == "assigned_to_client"
    assert refused.json()["transfer_to_human"] is True
    client.refresh_from_db()
    assert client.name != "Mine"


def test_an_assignment_that_has_ended_no_longer_counts(api):
    assignment = AssignmentFactory()
    api(SA).put(f"/clients/{assignment.client_id}/account-managers/", {"user_ids": []}, expect=200)

    api(assignment.user).patch(f"/clients/{assignment.client_id}/", {"name": "X"}, expect=403, code="out_of_scope")


def test_a_system_administrator_updates_any_client(api):
    client = ClientFactory()
    assert api(SA).patch(f"/clients/{client.pk}/", {"name": "New"}, expect=200).json()["name"] == "New"


@pytest.mark.parametrize("role", [IM, TS, EX])
def test_other_roles_are_refused(api, role):
    api(role).patch(f"/clients/{ClientFactory().pk}/", {"name": "X"}, expect=403, code="role_not_permitted")


def test_a_client_contact_may_not_change_the_own_client(api):
    contact = UserFactory(role=CC)
    api(contact).patch(f"/clients/{contact.client_id}/", {"name": "X"}, expect=403, code="role_not_permitted")


def test_a_missing_client_is_not_found(api):
    api(SA).patch("/clients/999999/", {"name": "X"}, expect=404, code="not_found")


def test_updated_identifiers_stay_unique(api):
    other, client = ClientFactory(), ClientFactory()

    body = {"registration_number": other.registration_number.lower(), "contact_email": other.contact_email.upper()}
    refused = api(SA).patch(f"/clients/{client.pk}/", body, expect=409, code="duplicate")

    assert fields(refused) == {"registration_number", "contact_email"}


def test_the_requester_must_be_the_caller(api):
    body = {"name": "X", "requester_id": UserFactory().pk}
    api(SA).patch(f"/clients/{ClientFactory().pk}/", body, expect=403, code="actor_mismatch")


def test_a_stale_version_is_refused(api):
    client = ClientFactory()
    api(SA).patch(f"/clients/{client.pk}/", {"name": "Second"}, expect=200)
    api(SA).patch(f"/clients/{client.pk}/", {"name": "Third"}, expect=412, code="stale_version", **{"If-Match": '"1"'})
