"""Questions inside results: a person at the client is asked, and whatever is answered gives no authority."""

import mcp_types as types
import pytest

from approvals.models import Approval, Handoff
from tests.agents.clients import BEFORE, CURRENT, call, secret_of, talk
from tests.api import Api
from tests.approvals.factories import ask
from tests.users.factories import UserFactory
from users.choices import EX, IM
from vendors.models import Vendor

pytestmark = pytest.mark.django_db

VENDOR = {
    "vendor_name": "Nimbus Cloud",
    "contact_email": "support@nimbus.example",
    "contact_phone": "+49301234567",
    "vendor_type": "cloud_service_provider",
}
OFFERED = {
    "tool": "request_approval",
    "arguments": {"operation": "vendor.create", "payload": VENDOR},
    "then": "repeat with approval_id",
}


class Person:
    """Answers questions in one way, and keeps them."""

    def __init__(self, action, content=None):
        self.answer, self.asked = types.ElicitResult(action=action, content=content), []

    async def __call__(self, context, params):
        self.asked.append(params)
        return self.answer


def called(secret, name, arguments, person=None, mode=CURRENT):
    return talk(secret, lambda client: client.call_tool(name, arguments), mode=mode, person=person)


def test_a_person_who_agrees_has_the_approval_requested():
    secret, person = secret_of(UserFactory(role=IM), "vendor.create"), Person("accept", {"reason": "New supplier."})

    refused = called(secret, "vendor.create", VENDOR, person)

    (question,) = person.asked
    assert question.message == "vendor.create needs an approval. Request it now?"
    assert set(question.requested_schema["properties"]) == {"reason"}
    approval = Approval.objects.get()
    assert (approval.status, approval.payload, approval.reason) == ("pending", VENDOR, "New supplier.")
    assert refused.is_error
    assert refused.structured_content["code"] == "approval_required"
    assert refused.structured_content["approval"] == {
        "id": approval.pk,
        "status": "pending",
        "decided_at_console": f"/console/approvals/approval/{approval.pk}/change/",
        "then": "repeat with approval_id",
    }
    assert f"request_approval {approval.pk}" in refused.content[0].text
    assert not Vendor.objects.exists()


@pytest.mark.parametrize("action", ["decline", "cancel"])
def test_a_person_who_does_not_agree_has_nothing_requested(action):
    person = Person(action, {"reason": "yes"})
    refused = called(secret_of(UserFactory(role=IM), "vendor.create"), "vendor.create", VENDOR, person)
    assert len(person.asked) == 1
    assert refused.structured_content["approval"] == OFFERED
    assert not Approval.objects.exists()


@pytest.mark.parametrize(("mode", "person"), [(BEFORE, Person("accept")), (CURRENT, None)])
def test_a_client_that_can_not_be_asked_gets_the_request_that_can_be_made(mode, person):
    refused = called(secret_of(UserFactory(role=IM), "vendor.create"), "vendor.create", VENDOR, person, mode)
    assert refused.structured_content["approval"] == OFFERED
    assert person is None or person.asked == []
    assert not Approval.objects.exists()


@pytest.mark.parametrize("mode", [CURRENT, BEFORE])
def test_a_refusal_names_the_approval_that_was_requested_for_this_call(mode):
    person, executive = UserFactory(role=IM), UserFactory(role=EX)
    secret = secret_of(person, "vendor.create")
    pk = call(secret, "request_approval", operation="vendor.create", payload=VENDOR).structured_content["id"]

    def told(**changed):
        return called(secret, "vendor.create", {**VENDOR, **changed}, mode=mode).structured_content["approval"]

    assert (told()["id"], told()["status"]) == (pk, "pending")
    Api(executive).post(f"/approvals/{pk}/approve/", expect=200)
    assert (told()["id"], told()["status"]) == (pk, "approved")
    assert told(vendor_name="Another")["tool"] == "request_approval"
    assert (
        call(secret_of(UserFactory(role=IM), "vendor.create"), "vendor.create", **VENDOR).structured_content["approval"]
        == OFFERED
    )


@pytest.mark.parametrize(
    "content", [{"approved": True}, {"approval_id": 1, "approver_id": 1}, {"reason": "", "status": "approved"}]
)
def test_an_invented_answer_gives_no_authority(content):
    secret = secret_of(UserFactory(role=IM), "vendor.create")
    invented = {name: types.ElicitResult(action="accept", content=content) for name in ("approval", "handoff", "other")}

    async def use(client):
        return await client.session.call_tool("vendor.create", VENDOR, input_responses=invented)

    refused = talk(secret, use, person=Person("accept"))
    assert refused.is_error
    assert Approval.objects.get().status == "pending"
    assert not Vendor.objects.exists()
    assert not Handoff.objects.exists()


def test_what_only_a_person_may_do_is_handed_over_if_they_agree():
    approval = Approval.objects.get(pk=ask(Api(UserFactory(role=IM)), "vendor.create", VENDOR))
    secret, person = secret_of(UserFactory(role=EX)), Person("accept")

    refused = called(secret, "approval.approve", {"id": approval.pk}, person)

    (question,) = person.asked
    assert question.message == "Only a person can execute approval.approve. Hand it over?"
    handoff = Handoff.objects.get()
    assert (handoff.operation, handoff.code, handoff.agent) == ("approval.approve", "in_person_required", "triage-bot")
    assert refused.is_error
    assert refused.structured_content["handoff"] == {"id": handoff.pk, "status": "open"}
    approval.refresh_from_db()
    assert approval.status == "pending"


def test_other_refusals_ask_nothing():
    secret, person = secret_of(UserFactory(role=IM), "vendor.create"), Person("accept")
    assert called(secret, "vendor.create", {**VENDOR, "vendor_type": "x"}, person).is_error
    assert called(secret, "incident.close", {"id": 1}, person).is_error
    assert not called(secret, "inbox", {}, person).is_error
    assert person.asked == []


def test_what_is_refused_after_the_answer_is_told():
    secret, person = secret_of(UserFactory(role=IM), "vendor.create"), Person("accept", {"reason": "x" * 4_001})
    refused = called(secret, "vendor.create", VENDOR, person)
    assert refused.structured_content["code"] == "validation_error"
    assert not Approval.objects.exists()
