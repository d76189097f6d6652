"""SOP 17: Recording Communications."""

import pytest

from audit.models import AuditEntry
from tests.api import codes, fields
from tests.clients.factories import ClientFactory
from tests.incidents.factories import AffectedClientFactory, CommunicationFactory, IncidentFactory, PortalUpdateFactory
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import CC, EX, IM, TS, VC

pytestmark = pytest.mark.django_db


def body_for(incident, kind="executive_team", **more):
    text = {"delivery_method": "email", "message_content": "We are working on it."}
    return {"incident_id": incident.pk, "recipient_type": kind, **text, **more}


def send(client, body, **options):
    return client.post("/communications/", body, **options)


def test_a_communication_starts_pending_and_its_text_stays_out_of_the_trail(api):
    incident, support = IncidentFactory(), api(TS)
    body = body_for(incident, sender_user=support.user.pk, subject="Outage")
    answer = send(support, body, expect=201).json()

    assert (answer["delivery_status"], answer["sender_user_id"]) == ("pending", support.user.pk)
    entry = AuditEntry.objects.get(reference_type="communication", reference_id=answer["id"])
    assert entry.action == "notify"
    assert "working on it" not in str(entry.changes)


def test_the_sender_is_the_caller(api):
    send(api(TS), body_for(IncidentFactory(), sender_user=UserFactory().pk), expect=403, code="actor_mismatch")


@pytest.mark.parametrize(
    ("kind", "more", "field"),
    [
        ("user", {}, "recipient_user_id"),
        ("client_contact", {}, "recipient_user_id"),
        ("vendor_contact", {}, "recipient_user_id"),
        ("group", {}, "recipient_group"),
        ("executive_team", {"recipient_group": "board"}, "recipient_group"),
        ("user", {"recipient_user_id": 999}, "recipient_user_id"),
        ("nobody", {}, "recipient_type"),
        ("executive_team", {"delivery_method": "pigeon"}, "delivery_method"),
        ("executive_team", {"message_content": ""}, "message_content"),
    ],
)
def test_the_recipient_must_match_its_kind(api, kind, more, field):
    refused = send(api(IM), {**body_for(IncidentFactory(), kind), **more}, expect=400)
    assert fields(refused) == {field}


def test_a_client_contact_belongs_to_a_client_that_is_concerned(api):
    incident = IncidentFactory()
    affected = AffectedClientFactory(incident=incident).client
    for client in (incident.client, affected):
        recipient = UserFactory(role=CC, client=client)
        send(api(IM), body_for(incident, "client_contact", recipient_user_id=recipient.pk), expect=201)
    for stranger in (UserFactory(role=CC, client=ClientFactory()), UserFactory(role=EX)):
        body = body_for(incident, "client_contact", recipient_user_id=stranger.pk)
        send(api(IM), body, expect=400, code="invalid_reference")


def test_a_vendor_contact_belongs_to_the_components_vendor(api):
    vendor = VendorFactory()
    incident = IncidentFactory(component=ComponentFactory(product__vendor=vendor))
    mine, other = UserFactory(role=VC, vendor=vendor), UserFactory(role=VC)
    send(api(IM), body_for(incident, "vendor_contact", recipient_user_id=mine.pk), expect=201)
    body = body_for(incident, "vendor_contact", recipient_user_id=other.pk)
    send(api(IM), body, expect=400, code="invalid_reference")


def test_an_inactive_recipient_is_refused(api):
    gone = UserFactory(role=IM, status="inactive")
    refused = send(api(IM), body_for(IncidentFactory(), "user", recipient_user_id=gone.pk), expect=400)
    assert codes(refused) == {"invalid_reference"}


def test_delivery_is_all_that_can_be_changed(api):
    communication = CommunicationFactory()
    path = f"/communications/{communication.pk}/"
    sent = api(TS).patch(path, {"delivery_status": "sent"}, expect=200).json()
    api(TS).patch(path, {"message_content": "Never mind."}, expect=400, code="unknown_field")
    delivered = api(TS).patch(path, {"delivery_status": "delivered"}, expect=200).json()
    assert sent["sent_at"] == delivered["sent_at"] is not None


def test_a_portal_update_names_no_recipient_or_one_of_the_clients_contacts(api):
    incident = IncidentFactory()
    portal = body_for(incident, "client_contact", delivery_method="incident_portal_update")
    assert send(api(IM), portal, expect=201).json()["recipient_user_id"] is None
    contact = UserFactory(role=CC, client=incident.client)
    send(api(IM), {**portal, "recipient_user_id": contact.pk}, expect=201)
    send(api(IM), {**portal, "recipient_user_id": UserFactory(role=CC).pk}, expect=400, code="invalid_reference")


@pytest.mark.parametrize(
    ("before", "allowed"),
    [
        ("pending", {"sent", "delivered", "failed"}),
        ("sent", {"delivered", "failed"}),
        ("failed", {"sent", "delivered"}),
        ("delivered", set()),
    ],
)
def test_a_sent_communication_cannot_become_pending(api, before, allowed):
    for status in {"pending", "sent", "delivered", "failed"} - {before}:
        communication = CommunicationFactory(delivery_status=before)
        answer = api(IM).patch(f"/communications/{communication.pk}/", {"delivery_status": status})
        assert answer.status_code == (200 if status in allowed else 409)
        if status not in allowed:
            refused = answer.json()
            assert (refused["code"], set(refused["errors"][0]["allowed"])) == ("invalid_transition", allowed)
            assert refused["errors"][0]["field"] == "delivery_status"


def test_to_repeat_a_delivery_status_changes_nothing(api):
    communication = CommunicationFactory(delivery_status="delivered")
    answer = api(IM).patch(f"/communications/{communication.pk}/", {"delivery_status": "delivered"}, expect=200)
    assert answer["ETag"] == '"1"'


def test_contacts_read_communications_addressed_to_their_organisation(api):
    vendor = VendorFactory()
    incident = IncidentFactory(component=ComponentFactory(product__vendor=vendor))
    reader = UserFactory(role=CC, client=incident.client)
    contact = UserFactory(role=VC, vendor=vendor)
    to_client = CommunicationFactory(incident=incident, recipient_type="client_contact", recipient_user=reader)
    portal = PortalUpdateFactory(incident=incident)
    CommunicationFactory(incident=incident, delivery_method="incident_portal_update")
    to = {"recipient_type": "group", "recipient_group": "operations"}
    CommunicationFactory(incident=incident, delivery_method="incident_portal_update", **to)
    to_vendor = CommunicationFactory(incident=incident, recipient_type="vendor_contact", recipient_user=contact)
    CommunicationFactory(incident=incident)

    def seen(user):
        return {each["id"] for each in api(user).get("/communications/", expect=200).json()["results"]}

    assert seen(reader) == {to_client.pk, portal.pk}
    assert seen(contact) == {to_vendor.pk}


def test_a_contact_addressed_as_a_user_is_checked_as_a_contact(api):
    incident = IncidentFactory()
    own, stranger = UserFactory(role=CC, client=incident.client), UserFactory(role=CC)
    body = body_for(incident, "user", recipient_user_id=stranger.pk)
    send(api(IM), body, expect=400, code="invalid_reference")
    sent = send(api(IM), body_for(incident, "user", recipient_user_id=own.pk), expect=201).json()
    assert [each["id"] for each in api(own).get("/communications/", expect=200).json()["results"]] == [sent["id"]]
