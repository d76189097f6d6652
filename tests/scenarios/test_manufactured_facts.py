"""SOP 2, 5, 6, 12, 13, 15, 16, 17, 26: attempts to bypass the policy by stating false facts, played to their end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from approvals.models import ApprovalRule
from tests.api import Api, codes
from tests.approvals.factories import approved
from tests.clients.factories import AgreementFactory, ClientFactory
from tests.incidents.factories import IncidentFactory
from tests.users.activation import PASSWORD, activate
from tests.users.agents import agent_of
from tests.users.factories import UserFactory
from users.choices import CC, EX, IM, SA, TS

pytestmark = pytest.mark.django_db

SUMMARY = {"resolution_summary": "The node was replaced."}


def incident_body(reporter, **changes):
    return {
        "reporter_id": reporter.pk,
        "client_id": ClientFactory().pk,
        "title": "Payments fail",
        "description": "Declined.",
        "category": "system_outage",
        "impact_level": "high",
        **changes,
    }


def settled(caller, pk):
    """Everything that resolving needs, by one person: a workaround, a note to the portal, the resolution."""
    caller.patch(f"/incidents/{pk}/", {"status": "in_progress"}, expect=200)
    around = {"incident_id": pk, "description": "Another node.", "effectiveness": "effective"}
    caller.post("/workarounds/", around, expect=201)
    told = {
        "incident_id": pk,
        "recipient_type": "client_contact",
        "delivery_method": "incident_portal_update",
        "message_content": "It works again.",
    }
    caller.post("/communications/", told, expect=201)
    return caller.post(f"/incidents/{pk}/resolve/", SUMMARY, expect=200).json()["postmortem_report_id"]


def logged_in(user):
    answer = Api().post("/auth/token/", {"email": user["email"], "password": PASSWORD}, expect=200)
    return Api(None, Authorization=f"Token {answer.json()['token']}")


def test_a_manager_does_not_close_their_own_p1_by_a_second_account(api):
    """The requester of the account holds one share; whoever holds both is another person, who acts as themselves."""
    manager, executive = api(IM), api(EX)
    facts = {"complete_outage": True, "business_critical": True}
    made = manager.post("/incidents/", incident_body(manager.user, classification=facts), expect=201).json()
    assert made["severity"] == "P1"
    report = settled(manager, made["id"])
    manager.post(f"/incident-reports/{report}/review/", expect=403, code="segregation_of_duties")
    manager.post(f"/incidents/{made['id']}/close/", expect=403, code="segregation_of_duties")

    second = {"name": "Second", "email": "second@example.com", "role": IM, "timezone": "UTC"}
    manager.post("/users/", second, expect=403, code="approval_required")
    approval = approved(manager, executive, "user.create", second)
    account = manager.post("/users/", second, approval=approval, expect=201).json()
    path = f"/users/{account['id']}/activation-token/"
    manager.post(f"{path}countersign/", expect=403, code="segregation_of_duties")
    activate([account["activation_share"]] * 2, expect=401, code="invalid_credentials")
    manager.post(path, expect=403, code="approval_required")
    Api().post("/auth/token/", {"email": second["email"], "password": PASSWORD}, expect=401)

    other = executive.post(f"{path}countersign/", expect=200).json()["activation_share"]
    executive.post(f"{path}countersign/", expect=409, code="precondition_failed")
    activate([account["activation_share"], other])
    logged_in(second).post(f"/incident-reports/{report}/review/", expect=200)


@pytest.mark.parametrize("role", [IM, TS, CC, EX, SA])
def test_nobody_takes_over_an_account_by_reissuing_its_activation(api, role):
    owner, manager = UserFactory(role=role, password="an old secret 5"), api(IM)
    kept = api(owner)
    path = f"/users/{owner.pk}/activation-token/"
    manager.post(path, expect=403, code="approval_required")
    manager.post(f"{path}countersign/", expect=409, code="precondition_failed")
    kept.get("/me/", expect=200)
    Api().post("/auth/token/", {"email": owner.email, "password": "an old secret 5"}, expect=200)


@pytest.mark.parametrize("change", [{"condition": "never"}, {"approver_roles": [CC]}])
def test_no_approval_rule_is_loosened_by_an_executive_or_their_agent(api, change):
    executive = UserFactory(role=EX)
    rule = ApprovalRule.objects.get(operation="sla.create")
    path = f"/approval-rules/{rule.pk}/"
    agent = agent_of(executive, "approval_rule.update")
    agent.patch(path, change, expect=403, code="in_person_required")
    refused = api(executive).patch(path, change, expect=400, code="validation_error")
    assert codes(refused) == {"below_floor"}
    kept = api(EX).get(path, expect=200).json()
    assert (kept["condition"], kept["approver_roles"]) == ("declared", [EX])


@pytest.mark.parametrize("severity", ["P3", "P4"])
def test_who_only_states_a_low_severity_neither_reviews_nor_closes_it(api, severity):
    manager = api(IM)
    pk = manager.post("/incidents/", incident_body(manager.user, severity=severity), expect=201).json()["id"]
    report = settled(manager, pk)
    initiator = api(TS)
    manager.post(f"/incident-reports/{report}/review/", expect=403, code="segregation_of_duties")
    api(EX).post(f"/incident-reports/{report}/review/", expect=200)
    refused = manager.post(f"/incidents/{pk}/close/", expect=403, code="segregation_of_duties")
    assert codes(refused) == {"not_an_initiator"}
    initiator.post(f"/incidents/{pk}/close/", expect=200)


def test_facts_of_a_p1_are_not_overridden_at_creation_and_bind_the_peak(api):
    manager = api(IM)
    stated = {
        "severity": "P4",
        "severity_override_reason": "A drill.",
        "classification": {"regulatory_safety_or_financial_impact": True},
    }
    body = incident_body(manager.user, **stated)
    manager.post("/incidents/", body, expect=422, code="severity_mismatch")
    del body["severity"]
    made = manager.post("/incidents/", body, expect=201).json()
    assert (made["severity"], made["peak_severity"]) == ("P1", "P1")
    lowered = {"severity": "P4", "severity_override_reason": "A drill."}
    manager.patch(f"/incidents/{made['id']}/", lowered, expect=403, code="segregation_of_duties")
    by_another = api(IM).patch(f"/incidents/{made['id']}/", lowered, expect=200).json()
    assert (by_another["severity"], by_another["peak_severity"]) == ("P4", "P1")
    report = settled(manager, made["id"])
    api(EX).post(f"/incident-reports/{report}/review/", expect=200)
    manager.post(f"/incidents/{made['id']}/close/", expect=403, code="segregation_of_duties")


def test_an_alert_that_comes_again_more_severe_is_not_lost(api):
    manager, client = api(IM), ClientFactory()
    alert = {
        "source": "alert_log",
        "payload_summary": "Disk of node 7",
        "client_id": client.pk,
        "attributes": {"fingerprint": "disk-7"},
        "severity_hint": "P4",
        "detected_at": (timezone.now() - timedelta(days=4)).isoformat(),
    }
    first = manager.post("/events/", alert, expect=201).json()
    again = {**alert, "severity_hint": "P1", "detected_at": timezone.now().isoformat()}
    second = manager.post("/events/", again, expect=201).json()
    assert second["id"] != first["id"]
    assert (second["severity_hint"], second["already_recorded"]) == ("P1", False)
    resent = manager.post("/events/", again)
    assert (resent.json()["id"], resent.json()["already_recorded"]) == (second["id"], True)

    wanted = {"title": "Disk", "description": "Full.", "category": "capacity_issue", "impact_level": "high"}
    asked = {"event_record_ids": [second["id"]], "incident": wanted}
    manager.post("/events/correlate/", {**asked, "incident": {**wanted, "severity": "P4"}}, expect=422)
    answer = manager.post("/events/correlate/", asked, expect=200).json()
    assert (answer["decision"], answer["incident"]["severity"]) == ("incident_created", "P1")


def test_two_incidents_do_not_resolve_each_other_as_duplicates(api):
    manager = api(IM)
    client = ClientFactory()
    one, two = (IncidentFactory(client=client, category=name) for name in ("network_issue", "api_error"))
    for incident in (one, two):
        told = {
            "incident_id": incident.pk,
            "recipient_type": "client_contact",
            "delivery_method": "incident_portal_update",
            "message_content": "We work on it.",
        }
        manager.post("/communications/", told, expect=201)
        manager.post(f"/incidents/{incident.pk}/notes/", {"body": "It is the same fault."}, expect=201)
    duplicate = {**SUMMARY, "resolution_code": "duplicate"}
    manager.post(f"/incidents/{one.pk}/resolve/", {**duplicate, "duplicate_of_id": two.pk}, expect=200)
    refused = manager.post(f"/incidents/{two.pk}/resolve/", {**duplicate, "duplicate_of_id": one.pk}, expect=400)
    assert codes(refused) == {"invalid_reference"}


@pytest.mark.parametrize(
    "recipient", [{"recipient_type": "executive_team"}, {"recipient_type": "group", "recipient_group": "everyone"}]
)
def test_a_portal_update_to_others_neither_informs_the_client_nor_is_shown_to_it(api, recipient):
    incident, manager = IncidentFactory(status="in_progress"), api(IM)
    contact = api(UserFactory(role=CC, client=incident.client))
    update = {"incident_id": incident.pk, "delivery_method": "incident_portal_update", "message_content": "Internal."}
    pk = manager.post("/communications/", {**update, **recipient}, expect=201).json()["id"]
    around = {"incident_id": incident.pk, "description": "Another node.", "effectiveness": "effective"}
    manager.post("/workarounds/", around, expect=201)

    refused = manager.post(f"/incidents/{incident.pk}/resolve/", SUMMARY, expect=409, code="precondition_failed")
    assert codes(refused) == {"client_not_informed"}
    contact.get(f"/communications/{pk}/", expect=404, code="not_found")
    assert contact.get("/communications/", expect=200).json()["results"] == []
    timeline = contact.get(f"/incidents/{incident.pk}/timeline/", expect=200)
    assert "Internal." not in timeline.content.decode()

    manager.post("/communications/", {**update, "recipient_type": "client_contact"}, expect=201)
    manager.post(f"/incidents/{incident.pk}/resolve/", SUMMARY, expect=200)


def test_a_delivered_communication_does_not_become_pending_and_keeps_when_it_was_sent(api):
    incident, manager = IncidentFactory(), api(IM)
    update = {
        "incident_id": incident.pk,
        "recipient_type": "client_contact",
        "delivery_method": "incident_portal_update",
        "message_content": "We work on it.",
    }
    pk = manager.post("/communications/", update, expect=201).json()["id"]
    path = f"/communications/{pk}/"
    sent_at = manager.patch(path, {"delivery_status": "delivered"}, expect=200).json()["sent_at"]
    for status in ("pending", "sent", "failed"):
        manager.patch(path, {"delivery_status": status}, expect=409, code="invalid_transition")
    shown = manager.get(path, expect=200).json()
    assert (shown["delivery_status"], shown["sent_at"]) == ("delivered", sent_at)
    assert sent_at is not None


def test_the_hours_of_a_running_clock_change_only_with_approval(api):
    """As long as the clock counts business hours; the clock of a round-the-clock agreement does not rest on them."""
    terms = {"response_time_minutes": 300, "resolution_time_hours": 24}
    client = AgreementFactory(subscription__service_level_tier="basic", **terms).subscription.client
    manager, administrator = api(IM), api(SA)
    path, hours = f"/clients/{client.pk}/calendar/", {"timezone": "UTC", "weekly_hours": {"sat": [["10:00", "11:00"]]}}
    administrator.put(path, hours, expect=200)
    body = incident_body(manager.user, client_id=client.pk, severity="P1")
    pk = manager.post("/incidents/", body, expect=201).json()["id"]

    wider = {**hours, "weekly_hours": {"sat": [["10:00", "20:00"]]}}
    administrator.put(path, wider, expect=403, code="approval_required")
    approval = approved(administrator, api(EX), "client.set_calendar", wider, client)
    administrator.put(path, wider, approval=approval, expect=200)

    settled(manager, pk)
    administrator.put(path, hours, expect=200)
