"""Acts on several incidents: each is judged by its operation, and each outcome is shown."""

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from incidents.models import IncidentNote
from tests.console.world import browser
from tests.incidents.factories import IncidentFactory
from tests.users.factories import UserFactory
from users.choices import CC, IM, SA, TS

pytestmark = pytest.mark.django_db
PAGE = "/console/bulk/"


def test_a_note_is_written_on_each_selected_incident_once():
    person, incidents = UserFactory(role=TS), [IncidentFactory() for _ in range(3)]
    visitor, form = browser(person), {"act": "note", "key": "k", "body": "Seen.", "pk": [each.pk for each in incidents]}

    page = visitor.post(PAGE, form)
    visitor.post(PAGE, form)

    assert page.text.count("✓ Done") == 3
    assert sorted(IncidentNote.objects.values_list("incident_id", "body")) == [(each.pk, "Seen.") for each in incidents]


def test_each_incident_is_judged_and_each_refusal_shown():
    person, helper = UserFactory(role=IM), UserFactory(role=TS)
    good, stale, now = IncidentFactory(), IncidentFactory(), timezone.now()
    closed = IncidentFactory(status="closed", resolved_at=now, closed_at=now)
    versions = {f"version-{each.pk}": each.version for each in (good, stale, closed)}
    body = {"act": "assign", "key": "k", "assigned_to_id": helper.pk, **versions, f"version-{stale.pk}": 99}

    page = browser(person).post(PAGE, {**body, "pk": [good.pk, stale.pk, closed.pk]})

    for each in (good, stale, closed):
        each.refresh_from_db()
    assert [each.assigned_to_id for each in (good, stale, closed)] == [helper.pk, None, None]
    assert "3 selected, 2 refused" in page.text
    assert page.text.count("Refused</strong>") == 2
    assert AuditEntry.objects.filter(action="update", reference_type="incident", reference_id=good.pk).count() == 1


def test_acknowledging_starts_the_work():
    incidents = [IncidentFactory(), IncidentFactory()]
    browser(UserFactory(role=TS)).post(PAGE, {"act": "acknowledge", "pk": [each.pk for each in incidents]})

    for each in incidents:
        each.refresh_from_db()
        assert (each.status, each.acknowledged_at is not None) == ("in_progress", True)


def test_the_form_lists_what_is_selected_and_writes_nothing():
    incident = IncidentFactory()
    visitor = browser(UserFactory(role=TS))
    before = AuditEntry.objects.exclude(action="entity_discovery").count()
    page = visitor.get(PAGE, {"act": "note", "pk": incident.pk})

    assert incident.incident_code in page.text
    assert AuditEntry.objects.exclude(action="entity_discovery").count() == before
    assert "Select at least one incident" in visitor.get(PAGE, {"act": "note"}).text


def test_more_than_fifty_are_refused():
    incidents = [IncidentFactory() for _ in range(51)]
    page = browser(UserFactory(role=TS)).post(PAGE, {"act": "note", "body": "x", "pk": [each.pk for each in incidents]})

    assert (page.status_code, "at most 50" in page.text) == (400, True)
    assert not IncidentNote.objects.exists()


def test_incidents_outside_the_scope_and_acts_of_other_roles_are_not_found():
    foreign, own = IncidentFactory(), IncidentFactory()
    contact = UserFactory(role=CC, client=own.client)

    assert browser(contact).get(PAGE, {"act": "note", "pk": own.pk}).status_code == 404
    assert browser(UserFactory(role=SA)).get(PAGE, {"act": "assign", "pk": foreign.pk}).status_code == 404
    assert browser(UserFactory(role=SA)).get(PAGE, {"act": "note", "pk": foreign.pk}).status_code == 200


def test_the_list_offers_the_selection_to_those_who_may_act():
    incident = IncidentFactory()
    page = browser(UserFactory(role=TS)).get("/console/incidents/incident/").text

    assert f'form="bulk" name="pk" value="{incident.pk}"' in page
    assert 'name="act" value="assign"' in page
    contact = browser(UserFactory(role=CC, client=incident.client)).get("/console/incidents/incident/").text
    assert 'form="bulk"' not in contact


def test_a_list_offers_the_acts_on_several_incidents_once():
    page = browser(UserFactory(role=IM)).get("/console/incidents/incident/")
    assert page.content.decode().count('id="bulk"') == 1
