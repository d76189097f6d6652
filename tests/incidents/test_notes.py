"""SOP 14: notes on an incident."""

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from incidents.models import IncidentNote
from tests.api import fields
from tests.incidents.factories import IncidentFactory, NoteFactory
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db


def notes_of(incident):
    return f"/incidents/{incident.pk}/notes/"


@pytest.mark.parametrize("role", [IM, TS, SA, AM, EX])
def test_staff_add_notes(api, role):
    incident, caller = IncidentFactory(), UserFactory(role=role)
    answer = api(caller).post(notes_of(incident), {"body": "Restarted the gateway."}, expect=201)

    shown = answer.json()
    assert (shown["incident_id"], shown["body"], shown["public"]) == (incident.pk, "Restarted the gateway.", False)
    assert shown["created_by_id"] == caller.pk
    entry = AuditEntry.objects.get(reference_type="incident_note", reference_id=shown["id"])
    assert (entry.action, entry.operation, entry.sequence) == ("create", "incident.add_note", 1)
    assert "gateway" not in str(entry.changes)


def test_a_vendor_contact_notes_on_incidents_of_the_own_vendor(api):
    contact = UserFactory(role=VC)
    own = IncidentFactory(component=ComponentFactory(product__vendor=contact.vendor))
    api(contact).post(notes_of(own), {"body": "Patch is out.", "public": True}, expect=201)
    api(contact).post(notes_of(IncidentFactory()), {"body": "Hello."}, expect=404, code="not_found")


def test_a_client_contact_adds_none(api):
    contact = UserFactory(role=CC)
    given = {"body": "When?"}
    api(contact).post(notes_of(IncidentFactory(client=contact.client)), given, expect=403, code="role_not_permitted")


@pytest.mark.parametrize("body", [{}, {"body": ""}, {"body": "   "}, {"body": 7}, {"body": "nul \0"}])
def test_a_note_needs_a_text(api, body):
    refused = api(IM).post(notes_of(IncidentFactory()), body, expect=400, code="validation_error")
    assert fields(refused) == {"body"}
    assert not IncidentNote.objects.exists()


def test_a_closed_incident_may_still_be_annotated(api):
    now = timezone.now()
    incident = IncidentFactory(status="closed", resolved_at=now, closed_at=now)
    api(IM).post(notes_of(incident), {"body": "The client called again."}, expect=201)


class TestReading:
    def test_newest_first_and_one_incident_only(self, api):
        first = NoteFactory()
        second = NoteFactory(incident=first.incident)
        NoteFactory()
        answer = api(TS).get(notes_of(first.incident), expect=200).json()
        assert [note["id"] for note in answer["results"]] == [second.pk, first.pk]

    def test_reading_is_a_discovery(self, api):
        note = NoteFactory()
        api(TS).get(notes_of(note.incident) + "?public=false", expect=200)
        entry = AuditEntry.objects.latest("id")
        assert (entry.action, entry.reference_type) == ("entity_discovery", "incident_note")
        assert entry.meta["filters"] == {"incident_id": str(note.incident_id), "public": "false"}

    def test_a_client_contact_reads_public_notes_of_own_incidents(self, api):
        contact = UserFactory(role=CC)
        incident = IncidentFactory(client=contact.client)
        NoteFactory(incident=incident)
        public = NoteFactory(incident=incident, public=True)
        foreign = NoteFactory(public=True)
        caller = api(contact)
        shown = caller.get(notes_of(incident), expect=200).json()["results"]
        assert [note["id"] for note in shown] == [public.pk]
        assert [note["id"] for note in caller.get(f"/incidents/{incident.pk}/").json()["notes"]] == [public.pk]
        caller.get(notes_of(foreign.incident), expect=404, code="not_found")

    def test_a_vendor_contact_reads_all_notes_of_the_own_vendors_incidents(self, api):
        contact = UserFactory(role=VC)
        note = NoteFactory(incident__component=ComponentFactory(product__vendor=contact.vendor))
        shown = api(contact).get(notes_of(note.incident), expect=200).json()["results"]
        assert [each["id"] for each in shown] == [note.pk]

    def test_only_the_path_identifies_the_incident(self, api):
        note = NoteFactory()
        api(IM).get(notes_of(note.incident) + "?incident_id=1", expect=400, code="invalid_filter")

    @pytest.mark.parametrize("pk", [987_654, 10**30])
    def test_no_such_incident(self, api, pk):
        api(IM).get(f"/incidents/{pk}/notes/", expect=404, code="not_found")
        api(IM).post(f"/incidents/{pk}/notes/", {"body": "Lost."}, expect=404, code="not_found")
