"""transfer_to_human: a refusal becomes a handoff with one call, and a person takes it over."""

import pytest

from approvals.models import Handoff
from audit.models import AuditEntry
from tests.api import fields
from tests.approvals.elevated import VENDOR
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC
from users.tokens import new_token

pytestmark = pytest.mark.django_db

BODY = {"reason_code": "other", "details": "The client asks for a person."}


def test_a_refusal_is_turned_into_a_handoff_with_one_call(api):
    vendor, caller = VendorFactory(), api(TS)
    refusal = caller.patch(f"/vendors/{vendor.pk}/", {"status": "suspended"}, expect=403).json()
    assert refusal["transfer_to_human"]

    handoff = caller.post("/handoffs/", refusal["handoff"], expect=201).json()

    assert (handoff["status"], handoff["created_by_id"]) == ("open", caller.user.pk)
    assert (handoff["reason_code"], handoff["code"]) == ("unauthorized", "role_not_permitted")
    assert (handoff["operation"], handoff["details"]) == ("vendor.update", refusal["detail"])
    assert (handoff["reference_type"], handoff["reference_id"]) == ("vendor", vendor.pk)


@pytest.mark.parametrize("role", [IM, TS, SA, AM, EX, VC, CC])
def test_every_role_may_post_the_handoff_in_its_refusal(api, role):
    """Own account: segregation of duties or role, whichever meets the caller first; the body fits either way."""
    caller = api(role)
    refusal = caller.patch(f"/users/{caller.user.pk}/permissions/", {"status": "inactive"}, expect=403).json()
    handoff = caller.post("/handoffs/", refusal["handoff"], expect=201).json()
    assert (handoff["reference_type"], handoff["reference_id"]) == ("user", caller.user.pk)


def test_a_record_one_may_not_read_is_not_offered(api):
    refusal = api(CC).patch(f"/vendors/{VendorFactory().pk}/", {}, expect=403).json()
    assert "reference_id" not in refusal["handoff"]


def test_refusals_that_need_no_person_offer_none(api):
    caller = api(SA)
    assert "handoff" not in caller.post("/vendors/", {}, expect=400).json()
    assert "handoff" not in caller.post("/vendors/", VENDOR, expect=403, code="approval_required").json()
    assert "handoff" not in api(UserFactory(status="suspended")).get("/vendors/", expect=403).json()


def test_a_check_offers_the_same_handoff(api):
    vendor, caller = VendorFactory(), api(TS)
    question = {"operation": "vendor.update", "reference_type": "vendor", "reference_id": vendor.pk, "payload": {}}
    answer = caller.post("/approvals/check/", question, expect=200).json()
    refusal = caller.patch(f"/vendors/{vendor.pk}/", {}, expect=403).json()
    assert answer["handoff"] == refusal["handoff"]
    caller.post("/handoffs/", answer["handoff"], expect=201)


def test_the_agent_and_the_request_are_recorded(api):
    person = UserFactory(role=TS)
    _, secret = new_token(person, agent="triage-bot")
    caller = api(None, Authorization=f"Token {secret}", **{"X-Request-ID": "request-9"})
    handoff = caller.post("/handoffs/", BODY, expect=201).json()
    assert (handoff["agent"], handoff["request_id"], handoff["created_by_id"]) == (
        "triage-bot",
        "request-9",
        person.pk,
    )


@pytest.mark.parametrize("reason", ["other", "client_demand", "approval_required", "needs-a-person"])
def test_a_handoff_needs_a_reason_of_the_listed_codes(api, reason):
    assert api(VC).post("/handoffs/", {"reason_code": reason}, expect=201).json()["reason_code"] == reason


@pytest.mark.parametrize("role", [IM, SA, EX])
def test_it_is_accepted_and_closed_with_an_outcome(api, role):
    taker, raiser = api(role), api(CC)
    pk = raiser.post("/handoffs/", BODY, expect=201).json()["id"]

    accepted = taker.post(f"/handoffs/{pk}/accept/", expect=200).json()
    assert (accepted["status"], accepted["accepted_by_id"]) == ("accepted", taker.user.pk)
    assert accepted["accepted_at"]

    closed = taker.post(f"/handoffs/{pk}/close/", {"outcome": "Called the client."}, expect=200).json()
    assert (closed["status"], closed["closed_by_id"], closed["outcome"]) == (
        "closed",
        taker.user.pk,
        "Called the client.",
    )
    assert raiser.get(f"/handoffs/{pk}/", expect=200).json()["outcome"] == "Called the client."
    trail = AuditEntry.objects.filter(reference_type="handoff", reference_id=pk, sequence__isnull=False)
    assert [entry.action for entry in trail.order_by("sequence")] == ["create", "update", "close"]
    assert "Called" not in str([entry.changes for entry in trail])


@pytest.mark.parametrize("body", [{}, {"outcome": ""}, {"outcome": "  "}])
def test_closing_needs_an_outcome(api, body):
    caller = api(IM)
    pk = caller.post("/handoffs/", BODY, expect=201).json()["id"]
    caller.post(f"/handoffs/{pk}/accept/", expect=200)
    assert fields(caller.post(f"/handoffs/{pk}/close/", body, expect=400)) == {"outcome"}


def test_the_lifecycle_is_open_accepted_closed(api):
    caller, outcome = api(IM), {"outcome": "Done."}
    pk = caller.post("/handoffs/", BODY, expect=201).json()["id"]

    refused = caller.post(f"/handoffs/{pk}/close/", outcome, expect=409, code="invalid_transition").json()
    assert refused["errors"][0]["allowed"] == ["accepted"]
    caller.post(f"/handoffs/{pk}/accept/", expect=200)
    caller.post(f"/handoffs/{pk}/accept/", expect=409, code="invalid_transition")
    caller.post(f"/handoffs/{pk}/close/", outcome, expect=200)
    caller.post(f"/handoffs/{pk}/close/", outcome, expect=409, code="invalid_transition")
    caller.post(f"/handoffs/{pk}/accept/", expect=409, code="invalid_transition")


@pytest.mark.parametrize("role", [TS, AM, CC, VC])
def test_others_can_neither_accept_nor_read_handoffs(api, role):
    own, other = api(role), api(CC)
    mine = own.post("/handoffs/", BODY, expect=201).json()["id"]
    others = other.post("/handoffs/", BODY, expect=201).json()["id"]

    own.post(f"/handoffs/{mine}/accept/", expect=403, code="role_not_permitted")
    own.get(f"/handoffs/{others}/", expect=404)
    assert [each["id"] for each in own.get("/handoffs/", expect=200).json()["results"]] == [mine]
    found = own.get("/discovery/?entity_type=handoff", expect=200).json()
    assert (found["match"], found["results"][0]["id"]) == ("one", mine)


def test_the_queue_is_filtered(api):
    caller = api(IM)
    first = caller.post("/handoffs/", BODY, expect=201).json()["id"]
    second = caller.post("/handoffs/", {"reason_code": "approval", "code": "approval_invalid"}, expect=201).json()["id"]
    caller.post(f"/handoffs/{second}/accept/", expect=200)

    for query, expected in (
        ("status=open", [first]),
        ("status__in=open,accepted", [second, first]),
        ("reason_code=approval", [second]),
        ("code=approval_invalid", [second]),
        (f"accepted_by_id={caller.user.pk}", [second]),
        ("operation=vendor.create", []),
    ):
        assert [each["id"] for each in caller.get(f"/handoffs/?{query}", expect=200).json()["results"]] == expected


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason_code": ""}, "reason_code"),
        ({"reason_code": "two words"}, "reason_code"),
        ({"reason_code": "x" * 65}, "reason_code"),
        ({"reason_code": None}, "reason_code"),
        ({"operation": "vendor.destroy"}, "operation"),
        ({"operation": "token.issue"}, "operation"),
        ({"code": "teapot"}, "code"),
        ({"reference_type": "vendor"}, "reference_id"),
        ({"reference_id": 1}, "reference_id"),
        ({"reference_type": "vendor", "reference_id": 10**9}, "reference_id"),
        ({"reference_type": "starship", "reference_id": 1}, "reference_id"),
        ({"status": "closed"}, "status"),
        ({"agent": "forged"}, "agent"),
    ],
)
def test_input_is_validated(api, change, field):
    assert fields(api(TS).post("/handoffs/", {**BODY, **change}, expect=400)) == {field}
    assert not Handoff.objects.exists()
