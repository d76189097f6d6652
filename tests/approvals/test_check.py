"""POST /approvals/check/ and GET /policy/: the server explains itself, and changes nothing by it."""

import pytest
from django.apps import apps

from approvals.models import ApprovalRule
from core.operations.registry import EntryPoint, registry
from tests.approvals.elevated import CASES, USER, VENDOR
from tests.incidents.factories import IncidentFactory
from tests.products.factories import ComponentFactory, ProductFactory
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import CC, EX, IM, SA, TS, VC, Role
from users.models import TokenUse

pytestmark = pytest.mark.django_db

MEMBERS = {"decision", "code", "sop", "rule", "roles", "approver_roles", "reasons", "next"}


def everything():
    """Every row of every table, except the last use of tokens."""
    return {
        model: list(model._base_manager.order_by("pk").values())
        for model in apps.get_models()
        if model is not TokenUse and model._meta.managed
    }


def check(caller, operation, payload=None, target=None, **more):
    body = {"operation": operation, **({} if payload is None else {"payload": payload}), **more}
    if target is not None:
        body |= {"reference_type": target.entity_type, "reference_id": target.pk}
    answer = caller.post("/approvals/check/", body, expect=200).json()
    assert set(answer) >= MEMBERS
    return answer


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_check_reports_the_refusal_of_the_request_itself(api, name):
    case = CASES[name]
    request = case.prepare()
    caller, executive, bystander = api(case.role), api(EX), api(CC)
    before = everything()

    needing = check(caller, name, request.body, request.target)
    assert (needing["decision"], needing["code"]) == ("approval_required", "approval_required")
    assert (needing["approver_roles"], needing["rule"]) == ([EX], "elevated_operation")
    assert "POST /api/v1/approvals/" in needing["next"]
    direct = check(executive, name, request.body, request.target)
    assert direct["decision"] == ("allowed" if registry[name].permits(EX) else "denied")
    refused = check(bystander, name, request.body, request.target)
    assert (refused["decision"], refused["code"]) == ("denied", "role_not_permitted")
    assert refused["roles"] == sorted(registry[name].roles)

    assert everything() == before


def test_an_allowed_write_is_a_dry_run_without_changes(api):
    caller = api(EX)
    before = everything()
    answer = check(caller, "vendor.create", VENDOR)
    assert (answer["decision"], answer["code"], answer["reasons"]) == ("allowed", None, [])
    assert (answer["sop"], answer["next"]) == ([7], "Send the request: POST /vendors/.")
    assert everything() == before


def test_shape_state_and_duplicates_are_checked(api):
    caller = api(EX)
    VendorFactory(vendor_name="Nimbus Cloud")
    duplicate = check(caller, "vendor.create", VENDOR)
    assert (duplicate["decision"], duplicate["code"]) == ("denied", "duplicate")
    shape = check(caller, "vendor.create", {**VENDOR, "vendor_type": "magician"})
    assert (shape["code"], shape["reasons"][0]["field"]) == ("validation_error", "vendor_type")


def test_segregation_of_duties_is_explained_by_its_rule(api):
    caller = api(SA)
    answer = check(caller, "user.permissions", {"status": "inactive"}, caller.user)
    assert (answer["decision"], answer["code"]) == ("denied", "segregation_of_duties")
    assert (answer["rule"], answer["transfer_to_human"]) == ("not_own_account", True)
    assert answer["next"] == "Ask another system administrator or incident manager."


def test_without_a_payload_the_check_is_partial(api):
    administrator = api(SA)
    assert check(administrator, "vendor.create")["decision"] == "approval_required"
    assert check(administrator, "user.create")["decision"] == "allowed"  # it depends on the role in the body
    assert check(administrator, "user.create", USER)["decision"] == "approval_required"
    assert check(administrator, "approval_rule.update")["decision"] == "approval_required"
    assert check(administrator, "user.permissions")["decision"] == "allowed"
    assert check(administrator, "user.permissions", None, administrator.user)["code"] == "segregation_of_duties"
    assert check(api(TS), "vendor.update")["code"] == "role_not_permitted"
    assert check(administrator, "audit.read")["decision"] == "allowed"
    assert check(administrator, "access.login")["decision"] == "allowed"


def test_a_rule_that_always_applies_needs_no_payload(api):
    ApprovalRule.objects.get(operation="user.create").change(condition="always")
    assert check(api(SA), "user.create")["decision"] == "approval_required"


def test_an_operation_without_body_needs_only_its_target(api):
    privileged, plain = UserFactory(role=EX), UserFactory(role=TS)
    caller = api(IM)
    assert check(caller, "user.issue_activation", None, privileged)["decision"] == "approval_required"
    assert check(caller, "user.issue_activation", None, plain)["decision"] == "allowed"


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ({"operation": "no.such"}, "validation_error"),
        ({"operation": "token.issue"}, "validation_error"),
        ({"operation": "vendor.update", "reference_type": "client", "reference_id": 1}, "validation_error"),
        ({"operation": "vendor.create", "reference_type": "vendor", "reference_id": 1}, "validation_error"),
        ({"operation": "vendor.update", "reference_id": 10**9}, "not_found"),
        ({"operation": "vendor.update", "reference_id": 10**9, "payload": {}}, "not_found"),
    ],
)
def test_questions_without_sense_are_answered_too(api, question, code):
    answer = api(IM).post("/approvals/check/", question, expect=200).json()
    assert set(answer) >= MEMBERS
    assert (answer["decision"], answer["code"]) == ("denied", code)


def test_a_check_of_a_check_is_only_a_check(api):
    caller = api(SA)
    before = everything()
    inner = {"operation": "vendor.create", "payload": VENDOR}
    assert check(caller, "approval.check", {"operation": "approval.check", "payload": inner})["decision"] == "allowed"
    assert everything() == before


def test_the_scope_is_respected(api):
    """A check discloses nothing about records that the caller may not read."""
    vendor = VendorFactory()
    own = UserFactory(role=VC, vendor=vendor)
    stranger = VendorFactory()
    question = {"action": "identify", "reference_type": "vendor"}
    assert check(api(own), "audit.log", {**question, "reference_id": vendor.pk})["decision"] == "allowed"
    assert check(api(own), "audit.log", {**question, "reference_id": stranger.pk})["code"] == "invalid_reference"


def test_the_policy_lists_every_operation_with_its_rules(api):
    listed = {each["operation"]: each for each in api(CC).get("/policy/", expect=200).json()["operations"]}

    assert set(listed) == {each.name for each in registry if each.entry_point is EntryPoint.REST}
    for name, shown in listed.items():
        assert shown["sop"] == list(registry[name].sop)
        assert shown["endpoints"] == list(registry[name].endpoints)
        assert shown["roles"] == (["*"] if registry[name].roles is None else sorted(registry[name].roles))
        assert (shown["elevated"] is None) == (registry[name].elevated is None)
        assert shown["purpose"]
        assert set(shown["roles"]) <= {"*", *Role.values}
    assert listed["vendor.create"]["elevated"] == {"when": "always", "condition": "declared", "approver_roles": [EX]}


def test_the_policy_shows_the_current_approval_rules(api):
    ApprovalRule.objects.get(operation="vendor.create").change(approver_roles=[IM], condition="always")
    listed = {each["operation"]: each for each in api(CC).get("/policy/", expect=200).json()["operations"]}
    assert listed["vendor.create"]["elevated"] == {"when": "always", "condition": "always", "approver_roles": [EX]}


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("role", [IM, VC])
def test_a_partial_check_locks_its_record_in_a_separate_transaction(api, role):
    """The request runs outside a test transaction, like a real one."""
    vendor = VendorFactory()
    incident = IncidentFactory(component=ComponentFactory(product=ProductFactory(vendor=vendor)))
    caller = api(UserFactory(role=role, vendor=vendor if role == VC else None))
    for _ in range(2):
        assert check(caller, "incident.add_note", target=incident)["decision"] == "allowed"
