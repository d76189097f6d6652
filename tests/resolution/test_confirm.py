"""SOP 16, step 1: a client contact confirms that the impact is mitigated."""

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from resolution.models import MitigationConfirmation
from tests.incidents.factories import AffectedClientFactory, IncidentFactory
from tests.users.factories import UserFactory
from users.choices import CC, IM, VC

pytestmark = pytest.mark.django_db


def path(incident):
    return f"/incidents/{incident.pk}/confirm-mitigation/"


def test_a_contact_of_the_client_confirms(api):
    incident = IncidentFactory()
    contact = UserFactory(role=CC, client=incident.client)

    answer = api(contact).post(path(incident), {"note": "Payments work again."}, expect=200).json()

    confirmation = MitigationConfirmation.objects.get(pk=answer["confirmation_id"])
    assert (answer["id"], answer["status"]) == (incident.pk, "open")
    assert (confirmation.incident_id, confirmation.created_by_id) == (incident.pk, contact.pk)
    assert (confirmation.note, confirmation.voided_at) == ("Payments work again.", None)
    entry = AuditEntry.objects.get(reference_type="mitigation_confirmation", reference_id=confirmation.pk)
    assert (entry.action, entry.operation) == ("create", "incident.confirm_mitigation")
    assert "Payments" not in str(entry.changes)


def test_the_note_may_be_left_out(api):
    incident = IncidentFactory()
    api(UserFactory(role=CC, client=incident.client)).post(path(incident), expect=200)
    assert MitigationConfirmation.objects.get().note == ""


def test_a_contact_of_a_further_affected_client_confirms_while_it_is_affected(api):
    affected = AffectedClientFactory()
    caller = api(UserFactory(role=CC, client=affected.client))
    caller.post(path(affected.incident), expect=200)
    affected.change(removed_at=timezone.now())
    caller.post(path(affected.incident), expect=404, code="not_found")


def test_a_contact_of_another_client_does_not_find_the_incident(api):
    api(CC).post(path(IncidentFactory()), expect=404, code="not_found")


@pytest.mark.parametrize("role", [IM, VC])
def test_no_other_role_confirms(api, role):
    api(role).post(path(IncidentFactory()), expect=403, code="role_not_permitted")


def test_a_closed_incident_is_not_confirmed(api):
    now = timezone.now()
    incident = IncidentFactory(status="closed", resolved_at=now, closed_at=now)
    caller = api(UserFactory(role=CC, client=incident.client))
    caller.post(path(incident), expect=409, code="invalid_transition")
    assert not MitigationConfirmation.objects.exists()
