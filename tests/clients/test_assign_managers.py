"""SOP 4: who manages a client."""

import pytest

from audit.models import AuditEntry
from clients.models import AccountAssignment
from tests.api import codes
from tests.clients.factories import AssignmentFactory, ClientFactory
from tests.users.factories import UserFactory
from users.choices import AM, CC, IM, SA, VC

pytestmark = pytest.mark.django_db


def put(api, client, *users, **options):
    body = {"user_ids": [getattr(user, "pk", user) for user in users]}
    return api.put(f"/clients/{client.pk}/account-managers/", body, **options)


def test_the_given_managers_are_the_whole_set(api):
    leaving = AssignmentFactory()
    client, staying, coming = leaving.client, UserFactory(role=AM), UserFactory(role=AM)
    kept = AssignmentFactory(client=client, user=staying)

    answer = put(api(SA), client, staying, coming, staying, expect=200)

    assert answer.json()["account_manager_ids"] == answer.json()["user_ids"] == [staying.pk, coming.pk]
    leaving.refresh_from_db()
    kept.refresh_from_db()
    assert leaving.ended_at is not None
    assert kept.ended_at is None
    assert AccountAssignment.objects.filter(client=client).count() == 3
    operations = AuditEntry.objects.filter(reference_type="account_assignment").values_list("operation", flat=True)
    assert list(operations).count("client.assign_managers") == 2


def test_a_manager_may_come_back(api):
    assignment = AssignmentFactory()
    put(api(SA), assignment.client, expect=200)
    answer = put(api(SA), assignment.client, assignment.user, expect=200).json()

    assert answer["account_manager_ids"] == [assignment.user_id]


def test_the_clients_version_counts_changes_of_its_managers_only(api):
    client, manager = ClientFactory(), UserFactory(role=AM)
    assert put(api(SA), client, manager, expect=200)["ETag"] == '"2"'
    assert put(api(SA), client, manager, expect=200)["ETag"] == '"2"'
    put(api(SA), client, expect=412, code="stale_version", **{"If-Match": '"1"'})


@pytest.mark.parametrize("unfit", [{"role": IM}, {"role": AM, "status": "on_leave"}])
def test_only_active_account_managers_are_assigned(api, unfit):
    client, fit = ClientFactory(), UserFactory(role=AM)

    refused = put(api(SA), client, fit, UserFactory(**unfit), expect=400, code="invalid_reference")

    assert codes(refused) == {"invalid_reference"}
    assert not AccountAssignment.objects.exists()


def test_unknown_users_are_refused(api):
    put(api(SA), ClientFactory(), 999_999, expect=400, code="invalid_reference")


@pytest.mark.parametrize("role", [AM, IM])
def test_other_roles_are_refused(api, role):
    put(api(role), ClientFactory(), expect=403, code="role_not_permitted")


def test_a_missing_client_is_not_found(api):
    api(SA).put("/clients/999999/account-managers/", {"user_ids": []}, expect=404, code="not_found")


def test_the_managers_can_be_read(api):
    assignment = AssignmentFactory()
    path = f"/clients/{assignment.client_id}/account-managers/"

    assert api(IM).get(path, expect=200).json()["user_ids"] == [assignment.user_id]
    assert api(UserFactory(role=CC, client=assignment.client)).get(path, expect=200)
    api(CC).get(path, expect=404, code="not_found")
    api(VC).get(path, expect=404, code="not_found")
