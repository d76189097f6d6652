"""The order of refusals: one request for each two neighbouring stages, which breaks both, gets the earlier answer."""

from dataclasses import replace

import pytest

from core.codes import Code
from core.context import context
from core.errors import Refusal
from core.operations.dispatch import execute, submit
from core.operations.registry import InPerson, duty, registry
from tests.api import Api
from tests.incidents.factories import IncidentFactory
from tests.users.agents import agent_of
from tests.users.factories import UserFactory
from users.choices import CC, EX, IM, SA, TS
from users.models import User

pytestmark = pytest.mark.django_db

NAME = "user.permissions"
NOWHERE = "/users/987654/permissions/"
BROKEN, DEMOTION = {"status": "gone"}, {"role": "technical_support"}
STALE = {"If-Match": '"99"'}


@pytest.fixture
def declare(monkeypatch):
    """Change what an operation declares, for one test."""

    def change(name=NAME, **parts):
        monkeypatch.setitem(registry._operations, name, replace(registry[name], **parts))

    return change


@duty("The name is never Mallory.", code=Code.OUT_OF_SCOPE, field="role", needs_body=True)
def never_this_body(actor, target, data):
    return False


@duty("Nobody.", code=Code.OUT_OF_SCOPE)
def nobody(actor, target, data):
    return False


def in_person(applies=lambda actor, target, data: True, **when):
    return InPerson("always", applies, **when)


def path_of(user):
    return f"/users/{user.pk}/permissions/"


def test_authentication_is_checked_before_the_account_status():
    Api(None, Authorization="Token unknown").patch(NOWHERE, BROKEN, expect=401, code="not_authenticated", **STALE)


def test_an_inactive_account_comes_before_the_role():
    idle = Api(UserFactory(role=CC, status="inactive"))
    idle.patch(NOWHERE, BROKEN, expect=403, code="user_inactive", **STALE)


def test_the_role_is_checked_before_in_person(declare):
    declare(in_person=in_person(unconditional=True))
    agent_of(UserFactory(role=CC)).patch(NOWHERE, BROKEN, expect=403, code="role_not_permitted", **STALE)


def test_in_person_is_checked_before_the_scope(declare):
    declare(in_person=in_person(unconditional=True))
    refused = agent_of(UserFactory(role=SA)).patch(NOWHERE, BROKEN, expect=403, code="in_person_required", **STALE)

    assert refused.json()["error_class"] == "unauthorized"
    assert refused.json()["transfer_to_human"] is True
    assert refused.json()["handoff"]["code"] == "in_person_required"


def test_the_scope_is_checked_before_duties(declare):
    declare(duties=(nobody,))
    Api(UserFactory(role=SA)).patch(NOWHERE, BROKEN, expect=404, code="not_found", **STALE)


def test_duties_are_checked_before_in_person_for_some_targets(declare):
    own = UserFactory(role=SA)
    declare(in_person=in_person())
    agent_of(own, NAME).patch(path_of(own), BROKEN, expect=403, code="segregation_of_duties", **STALE)


def test_in_person_for_some_targets_is_checked_before_the_shape(declare):
    own, other, third = UserFactory(role=SA), UserFactory(), UserFactory()
    declare(in_person=in_person(lambda actor, target, data: target.pk == other.pk))

    agent_of(own, NAME).patch(path_of(other), BROKEN, expect=403, code="in_person_required", **STALE)
    agent_of(own, NAME).patch(path_of(third), BROKEN, expect=400, code="validation_error", **STALE)


def test_in_person_comes_before_the_grant(declare):
    declare(in_person=in_person(unconditional=True))
    agent_of(UserFactory(role=SA)).patch(NOWHERE, BROKEN, expect=403, code="in_person_required", **STALE)


def test_the_grant_comes_before_the_scope():
    refused = agent_of(UserFactory(role=SA)).patch(NOWHERE, BROKEN, expect=403, code="operation_not_granted", **STALE)
    assert refused.json()["transfer_to_human"]


def test_the_cap_comes_before_the_scope():
    agent = agent_of(UserFactory(role=SA), NAME, daily_caps={NAME: 0})
    agent.patch(NOWHERE, BROKEN, expect=403, code="cap_reached", **STALE)


def test_duties_that_need_no_body_come_before_the_shape():
    own = UserFactory(role=SA)
    Api(own).patch(path_of(own), BROKEN, expect=403, code="segregation_of_duties", **STALE)


def test_the_shape_is_checked_before_duties_that_need_the_body(declare):
    declare(duties=(never_this_body,))
    Api(UserFactory(role=SA)).patch(path_of(UserFactory()), BROKEN, expect=400, code="validation_error", **STALE)


def test_references_are_checked_before_duties_that_need_the_body(declare):
    declare("incident.update", duties=(never_this_body,))
    path = f"/incidents/{IncidentFactory().pk}/"
    Api(UserFactory(role=IM)).patch(path, {"component_id": 987654}, expect=400, code="invalid_reference", **STALE)


@pytest.mark.parametrize("when", ["duty", "in person"])
def test_rules_that_need_the_body_are_checked_before_the_version(declare, when):
    parts = {"duties": (never_this_body,)} if when == "duty" else {"in_person": in_person(needs_body=True)}
    declare(**parts)
    code = "out_of_scope" if when == "duty" else "in_person_required"
    agent_of(UserFactory(role=SA), NAME).patch(path_of(UserFactory()), DEMOTION, expect=403, code=code, **STALE)


def test_the_version_comes_before_preconditions():
    principal = path_of(User.objects.get(is_system=True))
    Api(UserFactory(role=SA)).patch(principal, {"role": EX}, expect=412, code="stale_version", **STALE)


def test_preconditions_come_before_the_approval():
    principal = path_of(User.objects.get(is_system=True))
    Api(UserFactory(role=SA)).patch(principal, {"role": EX}, expect=409, code="precondition_failed")


def test_the_approval_comes_last():
    privileged = UserFactory(role=EX)
    Api(UserFactory(role=SA)).patch(path_of(privileged), DEMOTION, expect=403, code="approval_required")
    assert User.objects.get(pk=privileged.pk).version == 1


def test_each_duty_is_checked_once(declare):
    asked = []

    def recorded(name, needs_body):
        def ask(actor, target, data):
            asked.append((name, getattr(target, "pk", None), dict(data)))
            return True

        return duty("It is noted that this was asked.", code=Code.OUT_OF_SCOPE, needs_body=needs_body)(ask)

    target = UserFactory(role=TS)
    declare(duties=(recorded("of the target", False), recorded("of the body", True)))
    Api(UserFactory(role=SA)).patch(path_of(target), {"status": "on_leave"}, expect=200)
    declare("vendor.create", duties=(recorded("of the request", False),))
    Api(UserFactory(role=EX)).post("/vendors/", {}, expect=400)

    assert asked == [
        ("of the target", target.pk, {}),
        ("of the body", target.pk, {"status": "on_leave"}),
        ("of the request", None, {}),
    ]


def test_all_entry_points_check_the_same_conditions(declare):
    """Direct calls from Python, and views without permission classes, are checked by the same rules."""
    own, other = UserFactory(role=SA), UserFactory()

    def code_of(call, *args, **options):
        with pytest.raises(Refusal) as refused:
            call(*args, **options)
        return refused.value.code

    assert code_of(submit, NAME, actor=own, target_id=own.pk, body=BROKEN) == "segregation_of_duties"
    assert code_of(execute, NAME, actor=own, target=own, data=DEMOTION) == "segregation_of_duties"
    assert code_of(execute, NAME, actor=UserFactory(role=CC), target=other, data=DEMOTION) == "role_not_permitted"
    declare(in_person=in_person(unconditional=True))
    with context(agent="triage-bot"):
        assert code_of(execute, NAME, actor=own, target=other, data=DEMOTION) == "in_person_required"
        assert code_of(submit, NAME, actor=own, target_id=other.pk, body=DEMOTION) == "in_person_required"


def test_an_installation_can_have_more_in_person(settings):
    settings.IMS_IN_PERSON = frozenset({"vendor.update"})
    person, other = UserFactory(role=SA), {"status": "suspended"}
    agent_of(person).patch("/vendors/987654/", other, expect=403, code="in_person_required")
    Api(person).patch("/vendors/987654/", other, expect=404, code="not_found")


def test_an_executives_agent_needs_an_approval_like_anyones():
    executive = UserFactory(role=EX)
    body = {
        "vendor_name": "Nimbus Cloud",
        "contact_email": "support@nimbus.example",
        "contact_phone": "+49301234567",
        "vendor_type": "cloud_service_provider",
    }
    agent_of(executive, "vendor.create").post("/vendors/", body, expect=403, code="approval_required")
    Api(executive).post("/vendors/", body, expect=201)
