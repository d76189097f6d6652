"""SOP 23: formal reports about incidents: permissions, failures, and immutability."""

import hashlib

import pytest
import rfc8785

from approvals.models import Approval
from audit.models import AuditEntry
from core.errors import UndeclaredError
from incidents.models import Incident
from reporting.models import IncidentReport
from reporting.reports import operations
from reporting.reports.missing import Missing, require
from tests.api import Api, capture, codes, statements
from tests.approvals.factories import approved, ask, decide
from tests.incidents.factories import CommunicationFactory, EscalationFactory, IncidentFactory, NoteFactory
from tests.reporting.worlds import TYPES, eventful, generated
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db


def titles(report):
    return [section["title"] for section in report["content"]["sections"]]


@pytest.mark.parametrize("report_type", TYPES)
def test_an_executive_has_a_report_made(api, report_type):
    incident, caller = eventful(), api(EX)

    report = generated(caller, incident, report_type)

    assert (report["status"], report["incident_id"], report["report_type"]) == ("completed", incident.pk, report_type)
    assert (report["generated_by_id"], report["automatic"]) == (caller.user.pk, False)
    assert report["content"]["reference"] == incident.incident_code
    assert len(titles(report)) > 2
    assert report["digest"] == hashlib.sha256(rfc8785.dumps(report["content"])).hexdigest()
    entry = AuditEntry.objects.get(reference_type="incident_report", reference_id=report["id"], sequence=1)
    assert (entry.action, entry.operation) == ("create", "report.generate")


def test_the_five_reports_differ(api):
    incident, caller = eventful(), api(EX)
    shown = [tuple(titles(generated(caller, incident, report_type))) for report_type in TYPES]
    assert len(set(shown)) == len(TYPES)


def test_an_incident_manager_needs_an_executives_approval(api):
    incident, manager = eventful(), api(IM)
    body = {"incident_id": incident.pk, "report_type": "compliance_report"}
    manager.post("/incident-reports/", body, expect=403, code="approval_required")
    assert not IncidentReport.objects.exists()

    approval = approved(manager, api(EX), "report.generate", body)
    report = generated(manager, incident, "compliance_report", approval=approval)

    assert Approval.objects.get(pk=approval).status == "consumed"
    [approvals] = [each for each in report["content"]["sections"] if each["title"] == "Approvals"]
    assert [row[0] for row in approvals["blocks"][0]["rows"]] == [approval]


@pytest.mark.parametrize("role", [TS, SA, AM, CC, VC])
def test_other_roles_have_none_made(api, role):
    body = {"incident_id": IncidentFactory().pk, "report_type": "executive_summary"}
    api(role).post("/incident-reports/", body, expect=403, code="role_not_permitted")


def test_generated_by_names_the_caller_or_is_refused(api):
    caller = api(EX)
    body = {"incident_id": IncidentFactory().pk, "report_type": "executive_summary"}
    caller.post("/incident-reports/", {**body, "generated_by": caller.user.pk}, expect=201)
    caller.post("/incident-reports/", {**body, "generated_by": UserFactory().pk}, expect=403, code="actor_mismatch")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"incident_id": 999_999}, "invalid_reference"),
        ({"report_type": "poem"}, "validation_error"),
        ({"status": "completed"}, "unknown_field"),
    ],
)
def test_bad_input_is_refused(api, change, code):
    body = {"incident_id": IncidentFactory().pk, "report_type": "executive_summary", **change}
    api(EX).post("/incident-reports/", body, expect=400, code=code)


@pytest.mark.parametrize("report_type", [each for each in TYPES if each != "postmortem_report"])
def test_all_reports_except_the_postmortem_cover_unresolved_incidents(api, report_type):
    assert generated(api(EX), IncidentFactory(), report_type)["status"] == "completed"


def test_a_report_without_its_data_fails_and_the_failure_stays(api):
    incident, caller = IncidentFactory(), api(EX)
    body = {"incident_id": incident.pk, "report_type": "postmortem_report"}

    refused = caller.post("/incident-reports/", body, expect=422, code="calculation_failed").json()

    assert refused["error_class"] == "calculation_failed"
    assert refused["errors"][0]["missing"] == "resolved_at"
    report = IncidentReport.objects.get(pk=refused["errors"][1]["report_id"])
    assert (report.status, report.incident_id, report.generated_by_id) == ("failed", incident.pk, caller.user.pk)
    assert report.content["failure"][0]["missing"] == "resolved_at"
    entry = AuditEntry.objects.get(reference_type="incident_report", reference_id=report.pk)
    assert (entry.user_id, entry.operation) == (caller.user.pk, "report.generate")
    assert entry.changes["status"]["new"] == "failed"


def test_a_failure_does_not_consume_the_approval(api):
    incident, manager = IncidentFactory(), api(IM)
    body = {"incident_id": incident.pk, "report_type": "postmortem_report"}
    approval = approved(manager, api(EX), "report.generate", body)
    manager.post("/incident-reports/", body, expect=422, code="calculation_failed", approval=approval)
    assert Approval.objects.get(pk=approval).status == "approved"
    assert IncidentReport.objects.get().status == "failed"

    eventful_now = {"status": "resolved", "resolved_at": incident.detected_at, "resolution_summary": "Restarted."}
    eventful_now["resolved_by"] = manager.user
    Incident.objects.get(pk=incident.pk).change(**eventful_now)
    generated(manager, incident, "postmortem_report", approval=approval)
    assert Approval.objects.get(pk=approval).status == "consumed"


@pytest.mark.parametrize("decision", [None, "pending", "reject"])
def test_without_authority_not_even_a_failure_is_left(api, decision):
    manager = api(IM)
    body = {"incident_id": IncidentFactory().pk, "report_type": "postmortem_report"}
    approval = ask(manager, "report.generate", body) if decision else None
    if decision == "reject":
        decide(api(EX), approval, "reject")
    manager.post("/incident-reports/", body, expect=422, code="calculation_failed", approval=approval)
    assert not IncidentReport.objects.exists()


def test_asking_whether_it_may_be_made_leaves_nothing(api):
    payload = {"incident_id": IncidentFactory().pk, "report_type": "postmortem_report"}
    answer = api(EX).post("/approvals/check/", {"operation": "report.generate", "payload": payload}, expect=200).json()
    assert (answer["decision"], answer["code"]) == ("denied", "calculation_failed")
    assert not IncidentReport.objects.exists()


def test_a_failed_report_is_rolled_back(api, monkeypatch):
    def half_way(*args):
        NoteFactory(body="written before the failure")
        require([Missing("anything", "It is missing.")])

    monkeypatch.setattr(operations, "build", half_way)
    body = {"incident_id": IncidentFactory().pk, "report_type": "executive_summary"}
    incidents = Incident.objects.count()
    refused = api(EX).post("/incident-reports/", body, expect=422, code="calculation_failed")
    assert codes(refused) == {"data_missing", "report_failed"}
    assert Incident.objects.count() == incidents
    assert IncidentReport.objects.get().status == "failed"


def test_a_completed_report_cannot_change(api):
    incident, caller = eventful(), api(EX)
    report = generated(caller, incident, "executive_summary")
    incident.change(title="Another title", severity="P4")
    read = caller.get(f"/incident-reports/{report['id']}/").json()
    assert (read["content"], read["digest"]) == (report["content"], report["digest"])


@pytest.mark.parametrize("change", [{"content": {}}, {"digest": "0" * 64}, {"status": "draft"}])
def test_a_completed_report_cannot_be_changed(api, change):
    report = IncidentReport.objects.get(pk=generated(api(EX), eventful(), "executive_summary")["id"])
    with pytest.raises(UndeclaredError):
        report.change(**change)


@pytest.mark.parametrize("method", ["patch", "put", "delete"])
def test_there_is_no_request_that_changes_one(api, method):
    caller = api(EX)
    report = generated(caller, eventful(), "executive_summary")
    getattr(caller, method)(f"/incident-reports/{report['id']}/", expect=405)


@pytest.mark.parametrize("report_type", TYPES)
def test_the_number_of_queries_is_independent_of_the_records(api, report_type):
    incident, caller = eventful(), Api(UserFactory(role=EX))
    generated(caller, incident, report_type)
    with capture() as few:
        generated(caller, incident, report_type)
    for _ in range(20):
        NoteFactory(incident=incident)
        EscalationFactory(incident=incident)
        CommunicationFactory(incident=incident)
    with capture() as many:
        generated(caller, incident, report_type)
    assert len(statements(many)) == len(statements(few)) <= 60
