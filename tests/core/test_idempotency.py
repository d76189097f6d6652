"""Safe retries: a POST with an Idempotency-Key is carried out once, however often it is sent."""

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from approvals.models import Approval
from audit.models import AuditEntry
from core.http.idempotency import CLEANUP_BATCH
from core.models import KeptAnswer
from core.operations.registry import registry
from incidents.models import Incident, IncidentNote
from reporting.models import IncidentReport
from reporting.reports.missing import Missing, require
from tests.api import Api, capture, fields, statements
from tests.approvals.factories import approved
from tests.incidents.factories import IncidentFactory
from tests.incidents.test_concurrency import at_once, callers
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import EX, IM, SA, TS
from vendors.models import Vendor

pytestmark = pytest.mark.django_db

VENDOR = {
    "vendor_name": "Nimbus",
    "vendor_type": "cloud_service_provider",
    "contact_email": "help@nimbus.example",
    "contact_phone": "+4930123456",
}


def keyed(key: str = "k-1") -> dict[str, str]:
    return {"Idempotency-Key": key}


def acts() -> int:
    return AuditEntry.objects.exclude(origin="discovery").count()


def test_a_repeat_gets_the_first_answer_and_writes_nothing(api):
    caller = api(EX)
    first = caller.post("/vendors/", VENDOR, expect=201, **keyed())
    before = acts()
    again = caller.post("/vendors/", VENDOR, expect=201, **keyed())

    assert again.content == first.content
    assert again["ETag"] == first["ETag"]
    assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert (Vendor.objects.count(), acts()) == (1, before)


def test_the_stored_response_is_replayed_after_the_record_has_changed(api):
    caller = api(EX)
    first = caller.post("/vendors/", VENDOR, expect=201, **keyed()).json()
    caller.patch(f"/vendors/{first['id']}/", {"status": "suspended"}, expect=200)
    assert caller.post("/vendors/", VENDOR, expect=201, **keyed()).json() == first


def test_the_same_body_in_another_order_is_the_same(api):
    caller = api(EX)
    first = caller.post("/vendors/", VENDOR, expect=201, **keyed())
    turned = dict(reversed(VENDOR.items()))
    assert caller.post("/vendors/", turned, expect=201, **keyed()).content == first.content


def test_the_key_with_another_body_or_place_is_a_conflict(api):
    caller = api(EX)
    made = caller.post("/vendors/", VENDOR, expect=201, **keyed()).json()
    other = {**VENDOR, "vendor_name": "Cumulus"}
    refused = caller.post("/vendors/", other, expect=409, code="idempotency_conflict", **keyed())
    assert fields(refused) == {"Idempotency-Key"}
    assert refused.json()["error_class"] == "invalid_transition"
    caller.post("/handoffs/", VENDOR, expect=409, code="idempotency_conflict", **keyed())
    assert list(Vendor.objects.values_list("pk", flat=True)) == [made["id"]]


def test_a_key_belongs_to_the_person_who_uses_it(api):
    incident = IncidentFactory()
    path, note = f"/incidents/{incident.pk}/notes/", {"body": "Seen."}
    one, other = (api(TS).post(path, note, expect=201, **keyed()).json()["id"] for _ in range(2))
    assert one != other


def test_a_repeat_through_another_token_of_the_same_person_is_one(api):
    person, incident = UserFactory(role=TS), IncidentFactory()
    path, note = f"/incidents/{incident.pk}/notes/", {"body": "Seen."}
    answers = [api(person).post(path, note, expect=201, **keyed()).content for _ in range(2)]
    assert answers[0] == answers[1]
    assert IncidentNote.objects.count() == 1


def test_actions_are_carried_out_once(api):
    incident, manager = IncidentFactory(status="resolved", resolved_at=timezone.now()), api(IM)
    path, body = f"/incidents/{incident.pk}/reopen/", {"reason": "It fails again."}
    first = manager.post(path, body, expect=200, **keyed()).json()
    assert manager.post(path, body, expect=200, **keyed()).json() == first
    manager.post(path, body, expect=409, code="invalid_transition", **keyed("k-2"))


def test_a_refusal_is_not_stored_and_a_repeat_runs_again(api):
    caller, taken = api(EX), VendorFactory(vendor_name="Nimbus")
    before = acts()
    caller.post("/vendors/", VENDOR, expect=409, code="duplicate", **keyed())
    assert (KeptAnswer.objects.count(), acts()) == (0, before)
    taken.change(vendor_name="Stratus")
    assert "Idempotency-Replayed" not in caller.post("/vendors/", VENDOR, expect=201, **keyed())


def test_a_repeat_consumes_no_second_approval(api):
    caller = api(SA)
    approval = approved(caller, api(EX), "vendor.create", VENDOR)
    first = caller.post("/vendors/", VENDOR, expect=201, approval=approval, **keyed())
    again = caller.post("/vendors/", VENDOR, expect=201, approval=approval, **keyed())
    assert again.content == first.content
    assert Approval.objects.get(pk=approval).status == "consumed"


def test_a_refusal_that_leaves_a_record_is_stored(api, monkeypatch):
    missing = [Missing("component", "There is no component.", "component_missing")]
    monkeypatch.setattr("reporting.reports.operations.build", lambda *args: require(missing))
    body = {"incident_id": IncidentFactory().pk, "report_type": "executive_summary"}
    caller = api(EX)
    first = caller.post("/incident-reports/", body, expect=422, code="calculation_failed", **keyed())
    again = caller.post("/incident-reports/", body, expect=422, code="calculation_failed", **keyed())

    assert again.content == first.content
    assert again["Content-Type"] == "application/problem+json"
    assert list(IncidentReport.objects.values_list("status", flat=True)) == ["failed"]


def test_a_caller_without_permission_gets_no_stored_response(api):
    person = UserFactory(role=EX)
    caller = api(person)
    caller.post("/vendors/", VENDOR, expect=201, **keyed())
    person.change(status="suspended")
    caller.post("/vendors/", VENDOR, expect=403, code="user_inactive", **keyed())
    person.change(status="active", role=TS)
    caller.post("/vendors/", VENDOR, expect=403, code="role_not_permitted", **keyed())


@pytest.mark.parametrize("key", ["", " ", "a b", "ü", "x" * 256, "tab\there"])
def test_a_malformed_key_is_refused(api, key):
    refused = api(EX).post("/vendors/", VENDOR, expect=400, code="validation_error", **keyed(key))
    assert fields(refused) == {"Idempotency-Key"}
    assert Vendor.objects.count() == 0


def test_responses_with_secrets_are_never_stored(api):
    body = {"name": "Ada", "email": "ada@example.org", "role": "technical_support", "timezone": "UTC"}
    caller = api(SA)
    made = caller.post("/users/", body, expect=201, **keyed()).json()
    caller.post("/users/", body, expect=409, code="duplicate", **keyed())
    tokens = [
        caller.post(f"/users/{made['id']}/activation-token/", expect=200, **keyed()).json()["activation_share"]
        for _ in range(2)
    ]
    assert tokens[0] != tokens[1]
    caller.post("/auth/logout/", expect=200, **keyed())
    assert KeptAnswer.objects.count() == 0


def test_every_write_except_authentication_and_secrets_honours_the_key():
    writes = {each.name for each in registry for endpoint in each.endpoints if not endpoint.startswith("GET ")}
    assert {name for name in writes if not registry[name].repeatable} == {
        "access.login",
        "access.logout",
        "access.activate",
        "access.begin_second_factor",
        "access.confirm_second_factor",
        "access.remove_second_factor",
        "access.end_session",
        "token.create",
        "token.revoke",
        "user.countersign",
        "user.create",
        "user.issue_activation",
        "user.update_profile",
    }


def test_a_repeated_change_is_replayed_although_its_version_is_stale(api):
    vendor, caller = VendorFactory(), api(EX)
    before = caller.get(f"/vendors/{vendor.pk}/", expect=200)["ETag"]
    change = {"status": "suspended"}
    options = {"Idempotency-Key": "k", "If-Match": before}

    first = caller.patch(f"/vendors/{vendor.pk}/", change, expect=200, **options)
    again = caller.patch(f"/vendors/{vendor.pk}/", change, expect=200, **options)

    assert (again.json(), again["ETag"], again["Idempotency-Replayed"]) == (first.json(), first["ETag"], "true")
    caller.patch(f"/vendors/{vendor.pk}/", {"status": "active"}, expect=409, code="idempotency_conflict", **options)
    caller.post("/vendors/", change, expect=409, code="idempotency_conflict", **options)


def test_a_response_is_stored_for_a_day(api):
    person, incident = UserFactory(role=TS), IncidentFactory()
    path, note = f"/incidents/{incident.pk}/notes/", {"body": "Seen."}
    ids = []
    for moment in ("2026-03-01T12:00:00Z", "2026-03-02T11:59:59Z", "2026-03-02T12:00:00Z", "2026-03-02T12:00:01Z"):
        with time_machine.travel(moment, tick=False):
            ids.append(api(person).post(path, note, expect=201, **keyed()).json()["id"])
    assert ids[0] == ids[1]
    assert ids[2] == ids[3] != ids[0]


def test_outlived_answers_are_cleaned_on_use_some_at_a_time(api):
    person = UserFactory(role=EX)
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        KeptAnswer.objects.bulk_create(
            KeptAnswer(user=person, key=f"old-{n}", digest="", created_at=person.created_at) for n in range(150)
        )
        KeptAnswer.objects.update(created_at="2026-03-01T12:00:00Z")
    with time_machine.travel("2026-03-05T12:00:00Z"):
        caller = Api(person)
        caller.post("/vendors/", VENDOR, expect=201, **keyed())
        assert KeptAnswer.objects.filter(key__startswith="old").count() == 150 - CLEANUP_BATCH
        caller.post("/vendors/", VENDOR, expect=201, **keyed())
        assert KeptAnswer.objects.filter(key__startswith="old").count() == 150 - CLEANUP_BATCH
        caller.post("/incidents/classify/", {}, expect=200, **keyed("k-2"))
    assert set(KeptAnswer.objects.values_list("key", flat=True)) == {"k-1", "k-2"}


def test_an_audit_trail_failure_stores_no_response(api, monkeypatch):
    caller = api(EX)

    def fail(*args, **others):
        raise OSError("disk full")

    monkeypatch.setattr("audit.recording.AuditEntry.save", fail)
    caller.post("/vendors/", VENDOR, expect=503, code="audit_trail_failure", **keyed())
    monkeypatch.undo()
    assert (Vendor.objects.count(), KeptAnswer.objects.count()) == (0, 0)


def test_a_key_costs_a_bounded_number_of_statements(api):
    caller = api(EX)
    caller.post("/incidents/classify/", {}, expect=200)
    with capture() as plain:
        caller.post("/incidents/classify/", {"localized": True}, expect=200)
    with capture() as first:
        caller.post("/incidents/classify/", {"localized": True}, expect=200, **keyed())
    with capture() as again:
        caller.post("/incidents/classify/", {"localized": True}, expect=200, **keyed())
    assert len(statements(first)) <= len(statements(plain)) + 3
    assert len(statements(again)) <= len(statements(plain)) + 2


@pytest.mark.usefixtures("committed")
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite in memory has one connection and no races")
def test_of_simultaneous_repeats_one_is_carried_out():
    (caller,) = callers(1)
    path, note = f"/incidents/{IncidentFactory().pk}/notes/", {"body": "Seen."}
    answers = at_once(*[lambda: caller.post(path, note, **keyed())] * 6)

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sorted(answer.get("Idempotency-Replayed", "") for answer in answers) == ["", *["true"] * 5]
    assert (IncidentNote.objects.count(), Incident.objects.count()) == (1, 1)
