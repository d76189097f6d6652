"""The caller's own account: GET and PATCH /me/."""

import pytest

from audit.models import AuditEntry
from tests.api import codes, fields
from tests.users.agents import agent_of
from tests.users.factories import UserFactory
from users.choices import CC, TS, Role
from users.models import Token, User

pytestmark = pytest.mark.django_db

OLD, NEW = "an old secret 5", "a new secret 66"


@pytest.mark.parametrize("role", Role.values)
def test_everybody_edits_name_department_and_time_zone(api, role):
    person = UserFactory(role=role)
    change = {"name": "Grace Hopper", "department": "Compilers", "timezone": "America/New_York"}

    answer = api(person).patch("/me/", change, expect=200).json()

    assert {name: answer[name] for name in change} == change
    assert answer["role"] == role
    assert api(person).get("/me/", expect=200).json()["name"] == "Grace Hopper"


@pytest.mark.parametrize("field", ["role", "status", "email", "client_id", "vendor_id", "is_system"])
def test_nothing_else_changes_this_way(api, field):
    refused = api(TS).patch("/me/", {field: "executive"}, expect=400, code="unknown_field")
    assert fields(refused) == {field}


def test_a_new_password_needs_the_present_one_and_ends_other_sessions(api):
    person = UserFactory(role=TS, password=OLD)
    here, elsewhere = api(person), api(person)

    for present in ({}, {"current_password": "wrong"}):
        refused = here.patch("/me/", {"password": NEW, **present}, expect=400)
        assert codes(refused) == {"wrong_password"}
    here.patch("/me/", {"password": NEW, "current_password": OLD}, expect=200)

    here.get("/me/", expect=200)
    elsewhere.get("/me/", expect=401, code="not_authenticated")
    assert User.objects.get(pk=person.pk).check_password(NEW)


def test_a_weak_password_is_refused(api):
    person = UserFactory(role=TS, password=OLD, name="Grace Hopper")
    for weak in ("short", "gracehopper1", "password1234"):
        refused = api(person).patch("/me/", {"password": weak, "current_password": OLD}, expect=400)
        assert codes(refused) == {"weak_password"}


def test_an_agent_cannot_set_its_persons_password(api):
    person = UserFactory(role=TS, password=OLD)
    agent = agent_of(person, "user.update_profile")

    refused = agent.patch("/me/", {"password": NEW, "current_password": OLD}, expect=403, code="in_person_required")

    assert refused.json()["rule"] == "in_person"
    assert User.objects.get(pk=person.pk).check_password(OLD)


def test_the_trail_records_the_person_and_the_agent():
    person = UserFactory(role=TS)
    agent = agent_of(person, "user.update_profile")

    agent.patch("/me/", {"department": "Compilers"}, expect=200)
    agent.get("/users/", expect=200)

    acts = AuditEntry.objects.filter(user=person).values_list("operation", "agent")
    assert set(acts) == {("user.update_profile", "triage-bot"), ("discovery.search", "triage-bot")}


def test_a_password_is_never_in_the_trail(api):
    person = UserFactory(role=TS, password=OLD)
    api(person).patch("/me/", {"password": NEW, "current_password": OLD}, expect=200)

    entry = AuditEntry.objects.filter(reference_type="user", reference_id=person.pk).latest("id")
    assert set(entry.changes["password"]) == {"changed", "length", "sha256"}
    assert person.password not in str(entry.changes)


def test_if_match_holds_for_the_own_profile(api):
    person = api(CC)
    tag = person.get("/me/")["ETag"]

    person.patch("/me/", {"name": "New Name"}, expect=200, **{"If-Match": tag})
    person.patch("/me/", {"name": "Newer Name"}, expect=412, code="stale_version", **{"If-Match": tag})


def test_a_rehearsal_cannot_edit_another_profile(api):
    other = UserFactory(role=TS, name="Other")
    question = {"operation": "user.update_profile", "reference_type": "user", "reference_id": other.pk}

    answer = api(TS).post("/approvals/check/", {**question, "payload": {"name": "Mine"}}, expect=200).json()

    assert (answer["decision"], answer["code"]) == ("denied", "out_of_scope")
    assert Token.objects.filter(user=other).count() == 0
    assert User.objects.get(pk=other.pk).name == "Other"
