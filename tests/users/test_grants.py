"""Software agents: what their tokens grant, daily caps, the bound client, and what a token did."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.apps import apps

from tests.api import Api, codes, fields
from tests.clients.factories import ClientFactory
from tests.incidents.factories import IncidentFactory
from tests.users.agents import agent_of
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import AM, CC, EX, IM, SA, TS
from users.grants import path_to_client
from users.models import AgentDay, Token

ONBOARDED = {
    "vendor_name": "Stratus Hosting",
    "contact_email": "help@stratus.example",
    "contact_phone": "+49301234567",
    "vendor_type": "cloud_service_provider",
}

pytestmark = pytest.mark.django_db

NOTE = {"body": "Looked at it."}
NOTES = ["incident.add_note"]


def at_most(number):
    """A grant with a daily cap of notes."""
    return {"operations": NOTES, "daily_caps": {"incident.add_note": number}}


def notes(incident):
    return f"/incidents/{incident.pk}/notes/"


def made(api, person, **body):
    return api(person).post("/auth/tokens/", {"name": "agent", "agent": "triage-bot", **body}, expect=201).json()


def bearer(token):
    return Api(None, Authorization=f"Bearer {token['token']}")


def test_a_token_names_the_operations_of_its_agent(api):
    person, incident = UserFactory(role=TS), IncidentFactory()
    token = made(api, person, operations=["incident.add_note", "incident.add_note"])
    agent = bearer(token)

    assert token["operations"] == ["incident.add_note"]
    agent.post(notes(incident), NOTE, expect=201)
    refused = agent.patch(f"/incidents/{incident.pk}/", {"urgency": "low"}, expect=403, code="operation_not_granted")

    problem = refused.json()
    assert (problem["rule"], problem["operation"], problem["transfer_to_human"]) == (
        *("agent_grant", "incident.update"),
        True,
    )
    assert "incident.add_note" in problem["errors"][0]["granted"]
    agent.post("/handoffs/", problem["handoff"], expect=201)


def test_without_a_list_an_agent_reads_checks_requests_approvals_and_hands_over(api):
    person, incident = UserFactory(role=IM), IncidentFactory()
    agent = bearer(made(api, person))
    vendor = {
        "vendor_name": "Nimbus Cloud",
        "contact_email": "support@nimbus.example",
        "contact_phone": "+49301234567",
        "vendor_type": "cloud_service_provider",
    }

    for path in (
        "/incidents/",
        f"/incidents/{incident.pk}/",
        "/discovery/?entity_type=client",
        "/policy/",
        "/me/inbox/",
    ):
        agent.get(path, expect=200)
    agent.post("/approvals/check/", {"operation": "incident.create"}, expect=200)
    agent.post("/approvals/", {"operation": "vendor.create", "payload": vendor}, expect=201)
    agent.post("/handoffs/", {"reason_code": "unclear"}, expect=201)
    agent.post(notes(incident), NOTE, expect=403, code="operation_not_granted")
    agent.post("/auth/logout/", expect=200)
    agent.get("/me/", expect=401)


def test_a_check_answers_what_the_token_grants(api):
    agent = bearer(
        made(api, UserFactory(role=TS), operations=["workaround.create"], daily_caps={"workaround.create": 0})
    )

    def check(operation, **question):
        return agent.post("/approvals/check/", {"operation": operation, **question}, expect=200).json()

    assert check("incident.add_note")["code"] == "operation_not_granted"
    assert check("workaround.create")["code"] == "cap_reached"
    assert check("workaround.create", payload={})["code"] == "cap_reached"


def test_a_grant_gives_no_more_than_the_person_has(api):
    agent = bearer(made(api, UserFactory(role=CC), operations=["incident.update", "vendor.create", "approval.approve"]))

    agent.patch(f"/incidents/{IncidentFactory().pk}/", {}, expect=403, code="role_not_permitted")
    agent.post("/vendors/", {}, expect=403, code="role_not_permitted")
    agent.post("/approvals/1/approve/", expect=403, code="in_person_required")


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"operations": ["no.such"]}, "operations", "unknown_operation"),
        ({"operations": ["import.legacy"]}, "operations", "unknown_operation"),
        ({"operations": "incident.create"}, "operations", "wrong_type"),
        ({"client_id": 987654}, "client_id", "invalid_reference"),
        ({"daily_caps": {"incident.create": 3}}, "daily_caps", "not_granted"),
        ({"operations": ["incident.create"], "daily_caps": {"incident.create": -1}}, None, None),
        ({"operations": ["incident.create"], "daily_caps": {"incident.create": "3"}}, "daily_caps", "cap"),
        ({"operations": ["incident.create"], "daily_caps": {"incident.create": True}}, "daily_caps", "cap"),
        ({"agent": "", "operations": ["incident.create"]}, "operations", "not_applicable"),
        ({"agent": "", "client_id": None, "daily_caps": {"incident.create": 1}}, "daily_caps", "not_applicable"),
    ],
)
def test_a_grant_that_means_nothing_is_refused(api, body, field, code):
    given = {"name": "x", "agent": "triage-bot", **body}
    refused = api(IM).post("/auth/tokens/", given, expect=400)
    if field is not None:
        assert (fields(refused), codes(refused)) == ({field}, {code})
    assert not Token.objects.filter(name="x").exists()


def test_a_daily_cap_counts_what_was_written(api):
    person, incident = UserFactory(role=TS), IncidentFactory()
    agent = bearer(made(api, person, **at_most(2)))
    with time_machine.travel(datetime(2030, 5, 1, 23, 50, tzinfo=UTC), tick=False):
        agent = bearer(made(api, person, **at_most(2)))
        agent.post(notes(incident), {}, expect=400)
        agent.post("/incidents/987654/notes/", NOTE, expect=404)
        agent.post(
            "/approvals/check/",
            {
                "operation": "incident.add_note",
                "reference_type": "incident",
                "reference_id": incident.pk,
                "payload": NOTE,
            },
            expect=200,
        )
        agent.post(notes(incident), NOTE, expect=201)
        assert agent.get("/me/", expect=200).json()["grant"]["caps"] == [
            {"operation": "incident.add_note", "cap": 2, "used": 1, "left": 1}
        ]
        agent.post(notes(incident), NOTE, expect=201)
        refused = agent.post(notes(incident), NOTE, expect=403, code="cap_reached").json()
        assert {name: refused["errors"][0][name] for name in ("cap", "left", "until")} == {
            "cap": 2,
            "left": 0,
            "until": "2030-05-02T00:00:00Z",
        }
        assert refused["transfer_to_human"]
        Api(person).post(notes(incident), NOTE, expect=201)
    with time_machine.travel(datetime(2030, 5, 2, 0, 0, 1, tzinfo=UTC), tick=False):
        agent.post(notes(incident), NOTE, expect=201)
    with time_machine.travel(datetime(2030, 5, 9, tzinfo=UTC), tick=False):
        agent.post(notes(incident), NOTE, expect=201)
        assert AgentDay.objects.filter(user=person).count() == 1


def test_a_cap_counts_the_writes_of_all_tokens_of_a_person_for_an_agent(api):
    person, incident = UserFactory(role=TS), IncidentFactory()
    free, capped = made(api, person, operations=NOTES), made(api, person, agent="Triage-Bot", **at_most(2))
    other = made(api, person, agent="other-bot", **at_most(1))

    bearer(free).post(notes(incident), NOTE, expect=201)
    bearer(free).post(notes(incident), NOTE, expect=201)
    bearer(capped).post(notes(incident), NOTE, expect=403, code="cap_reached")
    bearer(other).post(notes(incident), NOTE, expect=201)
    colleague = made(api, UserFactory(role=TS), **at_most(1))
    bearer(colleague).post(notes(incident), NOTE, expect=201)


def test_a_replay_is_free(api):
    incident = IncidentFactory()
    agent = bearer(made(api, UserFactory(role=TS), **at_most(1)))
    key = {"Idempotency-Key": "note-1"}

    first = agent.post(notes(incident), NOTE, expect=201, **key).json()
    again = agent.post(notes(incident), NOTE, expect=201, **key)

    assert again.json() == first
    assert again["Idempotency-Replayed"] == "true"
    agent.post(notes(incident), NOTE, expect=403, code="cap_reached", **{"Idempotency-Key": "note-2"})


def test_parts_of_a_granted_operation_count_against_their_own_caps(api):
    manager, client = UserFactory(role=IM), ClientFactory()
    grant = {"operations": ["event.correlate", "incident.create"], "daily_caps": {"incident.create": 1}}
    agent = bearer(made(api, manager, **grant))

    def correlate(title):
        event = {"source": "alert_log", "payload_summary": title, "severity_hint": "P1", "client_id": client.pk}
        incident = {
            "client_id": client.pk,
            "title": title,
            "description": "d",
            "category": "api_error",
            "impact_level": "high",
        }
        return agent.post("/events/correlate/", {"event_payloads": [event], "incident": incident})

    first = correlate("First")
    assert first.json().get("decision") == "incident_created", first.content
    second = correlate("Another one")
    assert (second.status_code, second.json().get("code")) == (403, "cap_reached")


def test_a_token_bound_to_a_client_reaches_no_other_clients_records(api):
    mine, other = IncidentFactory(), IncidentFactory()
    operations = ["incident.add_note", "incident.update", "client.update", "incident.create"]
    agent = bearer(made(api, UserFactory(role=IM), operations=operations, client_id=mine.client_id))

    agent.post(notes(mine), NOTE, expect=201)
    agent.post(notes(other), NOTE, expect=404, code="not_found")
    agent.patch(f"/incidents/{other.pk}/", {"urgency": "low"}, expect=404)
    agent.get(f"/incidents/{other.pk}/", expect=404)
    agent.get(f"/clients/{other.client_id}/", expect=404)
    assert [row["id"] for row in agent.get("/incidents/", expect=200).json()["results"]] == [mine.pk]
    found = agent.get("/discovery/?entity_type=client", expect=200).json()
    assert (found["match"], found["results"][0]["id"]) == ("one", mine.client_id)
    body = {
        "client_id": other.client_id,
        "title": "t",
        "description": "d",
        "category": "api_error",
        "impact_level": "low",
        "reporter_id": UserFactory(role=TS).pk,
    }
    refused = agent.post("/incidents/", body, expect=400)
    assert "invalid_reference" in codes(refused)
    agent.patch(f"/incidents/{mine.pk}/", {"affected_client_ids": [other.client_id]}, expect=400)
    agent.get(f"/users/{UserFactory(role=CC, client=other.client).pk}/", expect=404)
    agent.get(f"/vendors/{VendorFactory().pk}/", expect=200)
    entries = agent.get("/audit-entries/", expect=200).json()["results"]
    assert {entry["agent"] for entry in entries} == {"triage-bot"}
    assert len({entry["user_id"] for entry in entries}) == 1


def test_a_bound_token_reads_only_what_was_asked_or_handed_over_for_its_client(api):
    mine, other = IncidentFactory(), IncidentFactory()
    person = UserFactory(role=IM)
    agent = bearer(made(api, person, client_id=mine.client_id))
    another = bearer(made(api, person, client_id=other.client_id))
    in_person = api(person)

    def hand_over(caller, **reference):
        body = {"reason_code": "policy", **reference}
        return caller.post("/handoffs/", body, expect=201).json()["id"]

    def ask(caller):
        return caller.post("/approvals/", {"operation": "vendor.create", "payload": ONBOARDED}, expect=201).json()["id"]

    def of(incident):
        return {"reference_type": "incident", "reference_id": incident.pk}

    handed = [hand_over(in_person, **of(mine)), hand_over(agent)]
    hidden = [hand_over(in_person, **of(other)), hand_over(in_person), hand_over(another)]
    asked, not_asked = ask(agent), ask(another)

    def seen(path):
        return {row["id"] for row in agent.get(path, expect=200).json()["results"]}

    assert seen("/handoffs/") == set(handed)
    assert seen("/approvals/") == {asked}
    for pk in hidden:
        agent.get(f"/handoffs/{pk}/", expect=404)
    agent.get(f"/approvals/{not_asked}/", expect=404)
    entries = agent.get("/audit-entries/?reference_type=handoff", expect=200).json()["results"]
    assert {entry["reference_id"] for entry in entries} - {None} == {handed[1]}


def test_every_record_of_a_client_is_known_to_belong_to_it():
    paths = {
        model.entity_type: path_to_client(model) for model in apps.get_models() if getattr(model, "entity_type", "")
    }

    expected = {
        "client": "pk",
        "user": "client",
        "incident": "client",
        "subscription": "client",
        "sla": "subscription__client",
        "event_record": "client",
        "metric": "incident__client",
        "communication": "incident__client",
        "change_request": "incident__client",
        "kb_article": "incident__client",
        "post_incident_review": "incident__client",
        "action_item": "review__incident__client",
    }
    assert {name: paths[name] for name in expected} == expected
    assert paths["rollback_request"] in ("incident__client", "change__incident__client")
    assert {name for name in ("vendor", "product", "component") if paths[name] is not None} == set()


def test_the_own_account_shows_what_the_token_in_use_grants(api):
    person, client = UserFactory(role=TS), ClientFactory()
    token = made(api, person, client_id=client.pk, **at_most(5))

    grant = bearer(token).get("/me/", expect=200).json()["grant"]

    assert (grant["token_id"], grant["agent"], grant["client_id"]) == (token["id"], "triage-bot", client.pk)
    assert {"incident.add_note", "handoff.create", "approval.request"} <= set(grant["operations"])
    assert grant["caps"] == [{"operation": "incident.add_note", "cap": 5, "used": 0, "left": 5}]
    assert api(person).get("/me/", expect=200).json()["grant"] is None


def test_everything_done_with_a_token_is_listed(api):
    person, incident = UserFactory(role=TS), IncidentFactory()
    token = made(api, person, operations=["incident.add_note"])
    bearer(token).post(notes(incident), NOTE, expect=201)
    Api(person).post(notes(incident), NOTE, expect=201)
    path = f"/auth/tokens/{token['id']}/activity/"

    for reader in (Api(person), api(SA)):
        entries = reader.get(path, expect=200).json()["results"]
        assert {entry["token_id"] for entry in entries} == {token["id"]}
        assert [entry["operation"] for entry in entries] == ["incident.add_note"]
    for stranger in (TS, EX, AM):
        api(stranger).get(path, expect=404, code="not_found")
    acts = api(IM).get("/audit-entries/?agent=triage-bot", expect=200).json()["results"]
    assert {entry["agent"] for entry in acts} == {"triage-bot"}
    bearer(token).delete(f"/auth/tokens/{token['id']}/", expect=403, code="operation_not_granted")


def test_a_revoked_token_is_refused_at_once(api):
    person = UserFactory(role=TS)
    token = made(api, person, operations=["incident.add_note"])
    bearer(token).get("/me/", expect=200)
    api(person).delete(f"/auth/tokens/{token['id']}/", expect=200)
    bearer(token).post(notes(IncidentFactory()), NOTE, expect=401, code="not_authenticated")


def test_a_token_of_before_grants_reads_only():
    person = UserFactory(role=TS)
    agent = agent_of(person)
    agent.get("/incidents/", expect=200)
    agent.post(notes(IncidentFactory()), NOTE, expect=403, code="operation_not_granted")
