"""SOP 15: Managing Incident Escalations."""

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from incidents.models import Escalation
from tests.api import codes, fields
from tests.incidents.factories import EscalationFactory, IncidentFactory
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db

LEVELS = [(TS, "technical"), (SA, "technical"), (IM, "management"), (AM, "management"), (EX, "executive")]


def body_for(incident, target, **more):
    return {"incident_id": incident.pk, "target_user_id": target.pk, "reason": "Nobody answers.", **more}


@pytest.mark.parametrize(("role", "level"), LEVELS)
def test_the_level_follows_from_the_targets_role_and_the_incident_is_escalated(api, role, level):
    incident, target = IncidentFactory(), UserFactory(role=role)
    answer = api(IM).post("/escalations/", body_for(incident, target), expect=201).json()

    assert (answer["escalation_level"], answer["status"]) == (level, "open")
    incident.refresh_from_db()
    assert incident.status == "escalated"
    acts = AuditEntry.objects.filter(operation="escalation.create").values_list("reference_type", "action")
    assert set(acts) == {("escalation", "escalate"), ("incident", "update")}


def test_a_vendor_contact_is_a_target_for_the_own_vendors_components_only(api):
    vendor = VendorFactory()
    own = IncidentFactory(component=ComponentFactory(product__vendor=vendor))
    other = IncidentFactory(component=ComponentFactory(product__vendor=VendorFactory()))
    target = UserFactory(role=VC, vendor=vendor)

    assert api(IM).post("/escalations/", body_for(own, target), expect=201).json()["escalation_level"] == "vendor"
    for incident in (other, IncidentFactory()):
        refused = api(IM).post("/escalations/", body_for(incident, target), expect=400)
        assert codes(refused) == {"invalid_target"}


def test_a_client_contact_the_requester_and_an_inactive_user_are_no_targets(api):
    incident, manager = IncidentFactory(), api(IM)
    for target in (UserFactory(role=CC), manager.user, UserFactory(role=EX, status="on_leave")):
        refused = manager.post("/escalations/", body_for(incident, target), expect=400)
        assert fields(refused) == {"target_user_id"}
    assert not Escalation.objects.exists()


def test_a_stated_level_must_agree_with_the_target(api):
    incident, target = IncidentFactory(), UserFactory(role=EX)
    refused = api(IM).post("/escalations/", body_for(incident, target, escalation_level="technical"), expect=400)
    assert codes(refused) == {"level_disagrees"}
    api(IM).post("/escalations/", body_for(incident, target, escalation_level="executive"), expect=201)


def test_a_reason_is_needed(api):
    incident, target = IncidentFactory(), UserFactory(role=EX)
    refused = api(IM).post("/escalations/", {**body_for(incident, target), "reason": " "}, expect=400)
    assert fields(refused) == {"reason"}
    incident.refresh_from_db()
    assert incident.status == "open"


def test_another_escalation_does_not_change_the_status(api):
    incident, target = IncidentFactory(status="escalated"), UserFactory(role=EX)
    version = incident.version
    api(AM).post("/escalations/", body_for(incident, target, reason_code="client_demand"), expect=201)
    incident.refresh_from_db()
    assert (incident.status, incident.version) == ("escalated", version)


def test_a_resolved_incident_is_not_escalated(api):
    incident = IncidentFactory(status="resolved", resolved_at=timezone.now())
    api(IM).post("/escalations/", body_for(incident, UserFactory(role=EX)), expect=409, code="invalid_transition")


def test_a_vendors_incident_needs_its_supervisor_before_it_is_escalated(api):
    incident = IncidentFactory(vendor_initiated=True)
    refused = api(IM).post(
        "/escalations/", body_for(incident, UserFactory(role=EX)), expect=409, code="precondition_failed"
    )
    assert codes(refused) == {"supervision_missing"}


def test_the_target_acknowledges_and_resolves_and_the_incident_counts_as_acknowledged(api):
    escalation = EscalationFactory()
    target = api(escalation.target_user)
    path = f"/escalations/{escalation.pk}"
    target.post(f"{path}/resolve/", expect=409, code="invalid_transition")
    target.post(f"{path}/acknowledge/", expect=200)
    escalation.incident.refresh_from_db()
    first = escalation.incident.acknowledged_at
    assert first is not None
    target.post(f"{path}/acknowledge/", expect=409, code="invalid_transition")
    done = target.post(f"{path}/resolve/", expect=200).json()
    assert (done["status"], done["resolved_at"] is not None) == ("resolved", True)


@pytest.mark.parametrize("lead", [IM, EX])
def test_only_the_target_or_a_lead_answers(api, lead):
    escalation = EscalationFactory(target_user__role=SA)
    for verb in ("acknowledge", "resolve"):
        api(TS).post(f"/escalations/{escalation.pk}/{verb}/", expect=403, code="out_of_scope")
        api(lead).post(f"/escalations/{escalation.pk}/{verb}/", expect=200)


@pytest.mark.parametrize("role", [IM, EX])
def test_requesters_cannot_acknowledge_their_own_escalation(api, role):
    lead, target = UserFactory(role=role), UserFactory(role=TS)
    own = api(lead)
    pk = own.post("/escalations/", body_for(IncidentFactory(), target), expect=201).json()["id"]
    for verb in ("acknowledge", "resolve"):
        own.post(f"/escalations/{pk}/{verb}/", expect=403, code="segregation_of_duties")
        api(target).post(f"/escalations/{pk}/{verb}/", expect=200)


def test_an_imported_escalation_to_its_own_requester_waits_for_another(api):
    manager = UserFactory(role=IM)
    escalation = EscalationFactory(requested_by=manager, target_user=manager, imported_row={"id": 1})
    path = f"/escalations/{escalation.pk}/acknowledge/"
    api(manager).post(path, expect=403, code="segregation_of_duties")
    api(EX).post(path, expect=200)


def test_vendor_contacts_read_escalations_to_them_and_client_contacts_none(api):
    vendor = VendorFactory()
    target = UserFactory(role=VC, vendor=vendor)
    mine = EscalationFactory(target_user=target, escalation_level="vendor")
    EscalationFactory()
    assert [each["id"] for each in api(target).get("/escalations/", expect=200).json()["results"]] == [mine.pk]
    assert api(CC).get("/escalations/", expect=200).json()["results"] == []
