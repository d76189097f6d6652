"""SOP 16: changes after the postmortem's review void it; closing requires current evidence."""

from itertools import pairwise

import pytest
from django.utils import timezone

from incidents.models import AffectedClient, IncidentLink
from reporting.models import IncidentReport
from tests.api import codes, fields
from tests.changes.factories import ChangeFactory, RollbackFactory
from tests.clients.factories import ClientFactory
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
from tests.resolution.factories import ConfirmationFactory, analysed, mitigated, reviewed
from tests.users.factories import UserFactory
from users.choices import CC, EX, IM, SA, TS

pytestmark = pytest.mark.django_db

SUMMARY = {"resolution_summary": "The faulty node was replaced."}


def close(api, incident, **options):
    return api(EX).post(f"/incidents/{incident.pk}/close/", **options)


def standing(incident):
    return IncidentReport.objects.get(incident=incident, automatic=True, voided_at=None)


# Each kind of write that changes what a postmortem tells: what stands before the review, and the write.


def a_field(incident):
    return lambda api: api(IM).patch(f"/incidents/{incident.pk}/", {"category": "network_issue"}, expect=200)


def affected_clients(incident):
    body = {"affected_client_ids": [ClientFactory().pk]}
    return lambda api: api(IM).patch(f"/incidents/{incident.pk}/", body, expect=200)


def a_client_relieved(incident):
    AffectedClientFactory(incident=incident)
    return lambda api: api(IM).patch(f"/incidents/{incident.pk}/", {"affected_client_ids": []}, expect=200)


def a_workaround(incident):
    body = {"incident_id": incident.pk, "description": "Another.", "effectiveness": "effective"}
    return lambda api: api(TS).post("/workarounds/", body, expect=201)


def a_workaround_judged_anew(incident):
    pk = WorkaroundFactory(incident=incident).pk
    return lambda api: api(TS).patch(f"/workarounds/{pk}/", {"effectiveness": "ineffective"}, expect=200)


def an_analysis(incident):
    body = {"incident_id": incident.pk, "analysis_method": "five_whys", "assigned_to": UserFactory(role=TS).pk}
    return lambda api: api(IM).post("/root-cause-analyses/", body, expect=201)


def a_finding(incident):
    pk = AnalysisFactory(incident=incident).pk
    return lambda api: api(IM).post(f"/root-cause-analyses/{pk}/complete/", {"root_cause": "A leak."}, expect=200)


def an_approved_finding(incident):
    analysed(incident)
    pk = incident.analyses.get().pk
    return lambda api: api(IM).post(f"/root-cause-analyses/{pk}/approve/", expect=200)


def a_change(incident):
    body = {"incident_id": incident.pk, "change_title": "Renew", "change_type": "normal", "risk_level": "low"}
    return lambda api: api(TS).post("/change-requests/", body, expect=201)


def a_decided_change(incident):
    pk = ChangeFactory(incident=incident).pk
    return lambda api: api(IM).post(f"/change-requests/{pk}/reject/", {}, expect=200)


def a_change_that_moves_away(incident):
    change = ChangeFactory(incident=incident)
    body = {"incident_id": IncidentFactory().pk}
    return lambda api: api(IM).patch(f"/change-requests/{change.pk}/", body, expect=200)


def a_linked_change(incident):
    change = ChangeFactory()
    link(incident, "change_request", change.pk)
    return lambda api: api(IM).post(f"/change-requests/{change.pk}/approve/", {}, expect=200)


def a_rollback(incident):
    change = ChangeFactory(incident=incident, status="completed")
    body = {"change_id": change.pk, "justification": "It was worse."}
    return lambda api: api(IM).post("/rollback-requests/", body, expect=201)


def a_decided_rollback(incident):
    pk = RollbackFactory(change_request__incident=incident, change_request__status="completed").pk
    return lambda api: api(IM).post(f"/rollback-requests/{pk}/reject/", {}, expect=200)


def an_escalation_taken_up(incident):
    pk = EscalationFactory(incident=incident).pk
    return lambda api: api(IM).post(f"/escalations/{pk}/acknowledge/", expect=200)


def a_communication(incident):
    body = {"recipient_type": "executive_team", "delivery_method": "email", "message_content": "News."}
    return lambda api: api(TS).post("/communications/", {"incident_id": incident.pk, **body}, expect=201)


def an_article(incident):
    body = {"title": "Renewal", "content_type": "faq", "category": "best_practice", "incident_id": incident.pk}
    return lambda api: api(TS).post("/knowledge-articles/", body, expect=201)


def a_linked_article(incident):
    article = ArticleFactory()
    link(incident, "kb_article", article.pk)
    return lambda api: api(article.author).post(f"/knowledge-articles/{article.pk}/submit/", expect=200)


def link(incident, kind, pk):
    IncidentLink(incident=incident, reference_type=kind, reference_id=pk).save()


WRITES = [
    a_field,
    affected_clients,
    a_client_relieved,
    a_workaround,
    a_workaround_judged_anew,
    an_analysis,
    a_finding,
    an_approved_finding,
    a_change,
    a_decided_change,
    a_change_that_moves_away,
    a_linked_change,
    a_rollback,
    a_decided_rollback,
    an_escalation_taken_up,
    a_communication,
    an_article,
    a_linked_article,
]


@pytest.mark.parametrize("prepare", WRITES)
def test_changes_of_reported_records_require_another_review(api, prepare):
    prepared = IncidentFactory(status="resolved", resolved_at=timezone.now())
    write = prepare(prepared)
    incident = reviewed(of=prepared)
    before = standing(incident)

    write(api)

    before.refresh_from_db()
    assert (before.voided_at is not None, before.void_reason) == (True, "outdated")
    readiness = api(IM).get(f"/incidents/{incident.pk}/readiness/", expect=200).json()["close"]["missing"]
    assert "postmortem_outdated" in {each["code"] for each in readiness}
    assert codes(close(api, incident, expect=409, code="precondition_failed")) == {"postmortem_outdated"}
    draft = standing(incident)
    assert draft.status == "draft"
    api(EX).post(f"/incident-reports/{draft.pk}/review/", expect=200)
    close(api, incident, expect=200)


def a_note(incident):
    return lambda api: api(IM).post(f"/incidents/{incident.pk}/notes/", {"body": "Seen."}, expect=201)


def a_delivery(incident):
    pk = CommunicationFactory(incident=incident).pk
    return lambda api: api(IM).patch(f"/communications/{pk}/", {"delivery_status": "sent"}, expect=200)


def a_renamed_client(incident):
    return lambda api: api(SA).patch(f"/clients/{incident.client_id}/", {"name": "Renamed"}, expect=200)


def nothing_at_all(incident):
    body = {"category": incident.category, "affected_client_ids": []}
    return lambda api: api(IM).patch(f"/incidents/{incident.pk}/", body, expect=200)


def something_of_another_incident(incident):
    return a_workaround(IncidentFactory())


@pytest.mark.parametrize(
    "prepare", [a_note, a_delivery, a_renamed_client, nothing_at_all, something_of_another_incident]
)
def test_changes_of_unreported_records_do_not_affect_the_review(api, prepare):
    prepared = IncidentFactory(status="resolved", resolved_at=timezone.now())
    write = prepare(prepared)
    incident = reviewed(of=prepared)
    write(api)
    assert standing(incident).status == "completed"
    close(api, incident, expect=200)


def test_an_earlier_outdated_review_is_voided_at_the_close(api):
    """Whatever went by the writes: closing compares, and leaves a draft to be reviewed."""
    incident = reviewed()
    incident.change(title="Something else")
    assert codes(close(api, incident, expect=409)) == {"postmortem_outdated"}
    draft = standing(incident)
    assert (draft.status, draft.content["incident"]["title"]) == ("draft", "Something else")
    assert codes(close(api, incident, expect=409)) == {"postmortem_outdated"}
    api(EX).post(f"/incident-reports/{draft.pk}/review/", expect=200)
    close(api, incident, expect=200)


def test_closed_incidents_are_unaffected(api):
    incident = reviewed()
    close(api, incident, expect=200)
    a_change(incident)(api)
    assert standing(incident).status == "completed"


class TestMitigation:
    def test_an_incident_without_mitigation_cannot_be_closed(self, api):
        incident = reviewed()
        pk = incident.workarounds.get().pk
        api(TS).patch(f"/workarounds/{pk}/", {"effectiveness": "ineffective"}, expect=200)
        api(EX).post(f"/incident-reports/{standing(incident).pk}/review/", expect=200)
        assert codes(close(api, incident, expect=409)) == {"not_mitigated"}
        readiness = api(IM).get(f"/incidents/{incident.pk}/readiness/", expect=200).json()
        assert [each["code"] for each in readiness["close"]["missing"]] == ["not_mitigated"]
        ConfirmationFactory(incident=incident)
        close(api, incident, expect=200)

    @pytest.mark.parametrize(("role", "code"), [(IM, 200), (TS, 409)])
    def test_only_the_statement_of_a_manager_counts(self, api, role, code):
        incident = mitigated()
        NoteFactory(incident=incident)
        given = {**SUMMARY, "resolution_code": "self_recovered"}
        answer = api(role).post(f"/incidents/{incident.pk}/resolve/", given, expect=200).json()
        pk = incident.workarounds.get().pk
        api(TS).patch(f"/workarounds/{pk}/", {"status": "inactive"}, expect=200)
        api(EX).post(f"/incident-reports/{answer['postmortem_report_id']}/review/", expect=200)
        close(api, incident, expect=code)


class TestDuplicates:
    def resolve(self, api, incident, twin, **options):
        NoteFactory(incident=incident)
        given = {**SUMMARY, "resolution_code": "duplicate", "duplicate_of_id": twin.pk}
        return api(IM).post(f"/incidents/{incident.pk}/resolve/", given, **options)

    @pytest.mark.parametrize("length", [2, 3, 5])
    def test_they_form_no_circle_of_whatever_length(self, api, length):
        client = ClientFactory()
        incidents = [mitigated(client=client) for _ in range(length)]
        for incident, twin in pairwise(incidents):
            self.resolve(api, incident, twin, expect=200)
        refused = self.resolve(api, incidents[-1], incidents[0], expect=400, code="invalid_reference")
        assert fields(refused) == {"duplicate_of_id"}
        incidents[-1].refresh_from_db()
        assert incidents[-1].status == "in_progress"

    def test_the_end_of_the_chain_takes_over_the_affected_clients(self, api):
        client = ClientFactory()
        first, second, last = (mitigated(client=client) for _ in range(3))
        kept, brought = AffectedClientFactory(incident=last).client_id, AffectedClientFactory(incident=first).client_id
        self.resolve(api, second, last, expect=200)
        self.resolve(api, first, second, expect=200)
        affected = AffectedClient.objects.current().filter(incident=last).values_list("client_id", flat=True)
        assert set(affected) == {kept, brought}

    def test_the_severity_is_reclassified_with_them(self, api):
        client = ClientFactory()
        last, duplicate = mitigated(client=client, severity="P3"), mitigated(client=client)
        for _ in range(4):
            AffectedClientFactory(incident=duplicate)
        self.resolve(api, duplicate, last, expect=200)
        last.refresh_from_db()
        assert (last.severity, last.peak_severity, last.severity_rule) == ("P1", "P1", "enterprise_wide")

    def test_a_duplicates_own_client_counts(self, api):
        last = mitigated()
        first = AffectedClientFactory(incident=last, client=ClientFactory()).client
        duplicate = mitigated(client=first)
        AffectedClient.objects.get(incident=last).change(removed_at=timezone.now())
        AffectedClientFactory(incident=duplicate, client=last.client)
        refused = self.resolve(api, duplicate, last, expect=400)
        assert fields(refused) == {"duplicate_of_id"}
        AffectedClient.objects.get(incident=last).change(removed_at=None)
        self.resolve(api, duplicate, last, expect=200)
        assert AffectedClient.objects.current().filter(incident=last).count() == 1

    def test_added_clients_void_the_review_of_a_resolved_incident(self, api):
        last = reviewed()
        duplicate = mitigated(client=last.client)
        AffectedClientFactory(incident=duplicate)
        self.resolve(api, duplicate, last, expect=200)
        assert codes(close(api, last, expect=409)) == {"postmortem_outdated"}

    def test_a_closed_one_is_final(self, api):
        last = reviewed()
        close(api, last, expect=200)
        duplicate = mitigated(client=last.client)
        AffectedClientFactory(incident=duplicate)
        self.resolve(api, duplicate, last, expect=200)
        assert not AffectedClient.objects.filter(incident=last).exists()

    def test_an_imported_cycle_of_duplicates_does_not_block(self, api):
        client = ClientFactory()
        one = IncidentFactory(client=client, imported_row={"id": 1})
        other = IncidentFactory(client=client, duplicate_of=one)
        one.change(duplicate_of=other)
        self.resolve(api, mitigated(client=client), one, expect=200)


def test_a_contact_sees_that_another_review_is_required(api):
    incident = reviewed()
    a_workaround(incident)(api)
    contact = UserFactory(role=CC, client=incident.client)
    missing = api(contact).get(f"/incidents/{incident.pk}/readiness/", expect=200).json()["close"]["missing"]
    assert "postmortem_outdated" in {each["code"] for each in missing}
