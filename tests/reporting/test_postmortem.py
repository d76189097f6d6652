"""The postmortem: its content, its readers, and its updates until the review."""

import pytest
from django.utils import timezone

from incidents.models import IncidentLink
from reporting.models import IncidentReport
from reporting.postmortem import postmortem_digest, postmortem_of
from tests.api import capture, statements
from tests.changes.factories import ChangeFactory, RollbackFactory
from tests.incidents.factories import (
    AffectedClientFactory,
    AnalysisFactory,
    CommunicationFactory,
    EscalationFactory,
    IncidentFactory,
    NoteFactory,
    WorkaroundFactory,
)
from tests.knowledge.factories import ArticleFactory
from tests.reporting.factories import ReportFactory
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db


def found(incident, cause, status="completed"):
    people = {"completed_by": UserFactory(role=TS), "completed_at": timezone.now()}
    reviewer = {"reviewed_by": UserFactory(role=IM), "approved_at": timezone.now()} if status == "approved" else {}
    return AnalysisFactory(incident=incident, status=status, root_cause=cause, **people, **reviewer)


def completed(**fields):
    review = {"reviewed_by": UserFactory(), "reviewed_at": timezone.now(), "digest": "0" * 64}
    return ReportFactory(status="completed", **review, **fields)


def test_it_holds_all_that_the_procedure_names():
    incident = IncidentFactory(detection_source="monitoring_alert", severity="P3", peak_severity="P1")
    affected = AffectedClientFactory(incident=incident).client
    AffectedClientFactory(incident=incident, removed_at=timezone.now())
    workaround = WorkaroundFactory(incident=incident)
    NoteFactory(incident=incident)
    escalation = EscalationFactory(incident=incident)
    message = CommunicationFactory(incident=incident)
    analysis = found(incident, "A leak.")
    change, linked = ChangeFactory(incident=incident), ChangeFactory()
    rollback = RollbackFactory(change_request=change)
    article = ArticleFactory(incident=incident)
    IncidentLink(incident=incident, reference_type="change_request", reference_id=linked.pk).save()

    content = postmortem_of(incident.pk)

    assert [each["id"] for each in content["affected_clients"]] == sorted([incident.client_id, affected.pk])
    assert content["detection_source"] == "monitoring_alert"
    assert content["timestamps"]["detected_at"] == incident.detected_at.isoformat().replace("+00:00", "Z")
    assert (content["severity"]["severity"], content["severity"]["peak_severity"]) == ("P3", "P1")
    assert [each["id"] for each in content["actions"]["workarounds"]] == [workaround.pk]
    assert (content["actions"]["notes"], content["actions"]["changes"]) == (1, 2)
    assert content["actions"]["rollbacks"][0]["id"] == rollback.pk
    assert content["actions"]["rollbacks"][0]["change_id"] == change.pk
    assert [each["id"] for each in content["escalations"]] == [escalation.pk]
    assert [each["id"] for each in content["communications"]] == [message.pk]
    assert [each["id"] for each in content["root_cause_analyses"]] == [analysis.pk]
    assert content["root_cause"]["root_cause"] == "A leak."
    assert {each["id"] for each in content["changes"]} == {change.pk, linked.pk}
    assert [each["id"] for each in content["articles"]] == [article.pk]


def test_an_approved_root_cause_counts_before_a_later_one():
    incident = IncidentFactory()
    approved = found(incident, "A leak.", "approved")
    found(incident, "Perhaps the network.")
    AnalysisFactory(incident=incident)
    cause = postmortem_of(incident.pk)["root_cause"]
    assert (cause["analysis_id"], cause["root_cause"], cause["approved"]) == (approved.pk, "A leak.", True)


def test_an_undetermined_root_cause_has_a_reason():
    incident = IncidentFactory(root_cause_undetermined_reason="The logs are gone.")
    assert postmortem_of(incident.pk)["root_cause"] == {
        "analysis_id": None,
        "root_cause": "",
        "approved": False,
        "undetermined_reason": "The logs are gone.",
    }


def test_the_same_content_has_the_same_digest_in_any_order_of_its_names():
    content = postmortem_of(IncidentFactory().pk)
    assert postmortem_digest(content) == postmortem_digest(dict(reversed(content.items())))
    assert postmortem_digest(content) != postmortem_digest({**content, "detection_source": "client_reported"})


def test_the_number_of_records_does_not_matter():
    incident = IncidentFactory()
    with capture() as few:
        postmortem_of(incident.pk)
    for _ in range(10):
        WorkaroundFactory(incident=incident)
        EscalationFactory(incident=incident)
        CommunicationFactory(incident=incident)
        RollbackFactory(change_request=ChangeFactory(incident=incident))
        AffectedClientFactory(incident=incident)
    with capture() as many:
        postmortem_of(incident.pk)
    assert len(statements(many)) == len(statements(few)) <= 12


def test_a_draft_follows_the_incident(api):
    report, reader = ReportFactory(), api(IM)
    before = reader.get(f"/incident-reports/{report.pk}/", expect=200).json()
    NoteFactory(incident=report.incident)
    after = reader.get(f"/incident-reports/{report.pk}/", expect=200).json()
    assert (before["content"]["actions"]["notes"], after["content"]["actions"]["notes"]) == (0, 1)
    assert (after["status"], after["digest"]) == ("draft", "")


def test_completed_and_voided_reports_cannot_change(api):
    void = ReportFactory(content={"kept": True}, voided_at=timezone.now(), void_reason="reopened", status="failed")
    done = completed(content={"kept": True})
    for report in (void, done):
        assert api(IM).get(f"/incident-reports/{report.pk}/").json()["content"] == {"kept": True}


@pytest.mark.parametrize("role", [IM, TS, SA, AM, EX])
def test_staff_read_every_report(api, role):
    reports = [ReportFactory(), completed()]
    page = api(role).get("/incident-reports/", expect=200).json()
    assert [each["id"] for each in page["results"]] == [reports[1].pk, reports[0].pk]
    assert "content" not in page["results"][0]


def test_a_client_contact_reads_completed_reports_of_incidents_in_scope(api):
    incident = IncidentFactory(client=UserFactory(role=CC).client)
    reader = api(UserFactory(role=CC, client=incident.client))
    shown = completed(incident=incident)
    others = [
        ReportFactory(incident=incident, automatic=False),
        completed(incident=incident, voided_at=timezone.now(), void_reason="reopened"),
        completed(),
    ]
    assert [each["id"] for each in reader.get("/incident-reports/").json()["results"]] == [shown.pk]
    for report in others:
        reader.get(f"/incident-reports/{report.pk}/", expect=404, code="not_found")


def test_a_client_contact_reads_nothing_of_the_inner_response_or_of_other_clients(api):
    incident = IncidentFactory()
    AffectedClientFactory(incident=incident)
    EscalationFactory(incident=incident, reason="Secret reason.")
    CommunicationFactory(incident=incident, subject="Secret subject.")
    report = completed(incident=incident, content=postmortem_of(incident.pk))
    answer = api(UserFactory(role=CC, client=incident.client)).get(f"/incident-reports/{report.pk}/", expect=200)
    content = answer.json()["content"]
    assert [each["id"] for each in content["affected_clients"]] == [incident.client_id]
    assert "Secret" not in answer.content.decode()
    assert not {"digest", "review_comment"} & set(answer.json())
    assert set(content) == {
        "incident",
        "affected_clients",
        "detection_source",
        "timestamps",
        "severity",
        "root_cause",
        "pauses",
    }


@pytest.mark.parametrize(("status", "told"), [("completed", ""), ("approved", "A leak.")])
def test_a_client_contact_reads_the_root_cause_once_it_is_approved(api, status, told):
    incident = IncidentFactory(root_cause_undetermined_reason="Secret reason.")
    found(incident, "A leak.", status)
    report = completed(incident=incident, content=postmortem_of(incident.pk))
    answer = api(UserFactory(role=CC, client=incident.client)).get(f"/incident-reports/{report.pk}/", expect=200)
    assert answer.json()["content"]["root_cause"] == {"root_cause": told, "approved": status == "approved"}
    assert "Secret" not in answer.content.decode()


def test_a_vendor_contact_reads_none(api):
    report = completed()
    reader = api(VC)
    assert reader.get("/incident-reports/", expect=200).json()["results"] == []
    reader.get(f"/incident-reports/{report.pk}/", expect=404, code="not_found")


def test_reports_are_found_by_their_filters(api):
    draft, done, reader = ReportFactory(), completed(), api(IM)
    for query, expected in (
        ("status=draft", draft),
        ("status=completed", done),
        (f"incident_id={done.incident_id}", done),
    ):
        assert [each["id"] for each in reader.get(f"/incident-reports/?{query}").json()["results"]] == [expected.pk]
    found = reader.get(f"/discovery/?entity_type=incident_report&incident_id={draft.incident_id}", expect=200).json()
    assert (found["match"], found["results"][0]["id"]) == ("one", draft.pk)


def test_each_incident_has_at_most_one_live_postmortem():
    report = ReportFactory()
    report.change(voided_at=timezone.now(), void_reason="reopened")
    ReportFactory(incident=report.incident)
    assert IncidentReport.objects.live_postmortems().filter(incident=report.incident).count() == 1
