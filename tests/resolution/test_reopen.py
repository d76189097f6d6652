"""SOP 16: reopening after a failed resolution."""

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from reporting.models import IncidentReport
from resolution.models import Reopening
from tests.api import Api, codes, fields
from tests.incidents.factories import IncidentFactory
from tests.resolution.factories import ConfirmationFactory, mitigated
from tests.users.factories import UserFactory
from users.choices import AM, EX, IM, SA, TS

pytestmark = pytest.mark.django_db

REASON = {"reason": "It fails again."}
SUMMARY = {"resolution_summary": "Restarted."}


def path(incident, action="reopen"):
    return f"/incidents/{incident.pk}/{action}/"


def resolved_through_api(**fields):
    """A resolved incident, who resolved it, and its postmortem."""
    incident, resolver = mitigated(**fields), UserFactory(role=IM)
    answer = Api(resolver).post(path(incident, "resolve"), SUMMARY, expect=200).json()
    incident.refresh_from_db()
    return incident, resolver, IncidentReport.objects.get(pk=answer["postmortem_report_id"])


@pytest.mark.parametrize("role", [IM, TS, EX])
def test_a_resolved_incident_is_reopened(api, role):
    incident, resolver, _ = resolved_through_api()
    was_resolved_at, caller = incident.resolved_at, api(role)

    answer = caller.post(path(incident), REASON, expect=200).json()

    assert (answer["status"], answer["resolved_at"], answer["resolved_by_id"]) == ("in_progress", None, None)
    assert (answer["resolution_summary"], answer["acknowledged_at"] is not None) == ("", True)
    kept = Reopening.objects.get(incident=incident)
    assert (kept.reason, kept.created_by_id) == (REASON["reason"], caller.user.pk)
    assert (kept.was_resolved_at, kept.was_resolved_by_id) == (was_resolved_at, resolver.pk)
    assert kept.resolution_summary == SUMMARY["resolution_summary"]
    entries = AuditEntry.objects.filter(operation="incident.reopen").order_by("id")
    told = {(entry.reference_type, entry.action) for entry in entries}
    assert told == {("incident_reopening", "create"), ("incident", "update")}
    changes = entries.filter(reference_type="incident").first().changes
    assert changes["status"] == {"old": "resolved", "new": "in_progress"}


def test_the_reason_is_required(api):
    incident, _, _ = resolved_through_api()
    for body in ({}, {"reason": ""}):
        assert fields(api(IM).post(path(incident), body, expect=400)) == {"reason"}


@pytest.mark.parametrize("role", [SA, AM])
def test_other_roles_do_not_reopen(api, role):
    api(role).post(path(IncidentFactory()), REASON, expect=403, code="role_not_permitted")


@pytest.mark.parametrize("status", ["open", "in_progress", "escalated"])
def test_only_a_resolved_incident_can_be_reopened(api, status):
    api(IM).post(path(IncidentFactory(status=status)), REASON, expect=409, code="invalid_transition")
    assert not Reopening.objects.exists()


def test_confirmations_are_void(api):
    incident, _, _ = resolved_through_api()
    confirmation = ConfirmationFactory(incident=incident)
    api(IM).post(path(incident), REASON, expect=200)
    confirmation.refresh_from_db()
    assert confirmation.voided_at is not None


def test_an_unreviewed_postmortem_stays_the_draft(api):
    incident, _, report = resolved_through_api()
    api(IM).post(path(incident), REASON, expect=200)
    answer = api(IM).post(path(incident, "resolve"), SUMMARY, expect=200).json()
    assert answer["postmortem_report_id"] == report.pk
    assert IncidentReport.objects.filter(incident=incident).count() == 1


def test_a_review_is_void_and_the_next_draft_follows_the_incident(api):
    incident, _, report = resolved_through_api()
    frozen = api(IM).post(f"/incident-reports/{report.pk}/review/", expect=200).json()

    api(IM).post(path(incident), REASON, expect=200)

    report.refresh_from_db()
    assert (report.status, report.voided_at is not None) == ("completed", True)
    assert report.content == frozen["content"]
    draft = IncidentReport.objects.live_postmortems().get(incident=incident)
    assert (draft.status, draft.pk != report.pk) == ("draft", True)
    assert api(IM).get(f"/incident-reports/{draft.pk}/").json()["content"]["incident"]["status"] == "in_progress"
    api(IM).post(path(incident, "close"), expect=409, code="invalid_transition")
    again = api(IM).post(path(incident, "resolve"), SUMMARY, expect=200).json()
    assert again["postmortem_report_id"] == draft.pk
    assert codes(api(IM).post(path(incident, "close"), expect=409)) == {"postmortem_not_reviewed"}


def test_a_duplicate_opened_meanwhile_prevents_the_reopening(api):
    incident, _, _ = resolved_through_api()
    twin = IncidentFactory(client=incident.client, category=incident.category, title=incident.title)
    refused = api(IM).post(path(incident), REASON, expect=409, code="duplicate_open_incident")
    assert refused.json()["errors"][0]["incident_id"] == twin.pk
    incident.refresh_from_db()
    assert incident.status == "resolved"


def test_an_imported_incident_without_known_times_is_reopened(api):
    incident = IncidentFactory(status="resolved", resolved_at=None, imported_row={"incident_id": "7"})
    api(IM).post(path(incident), REASON, expect=200)
    assert Reopening.objects.get().was_resolved_at is None
    assert timezone.now() >= Reopening.objects.get().created_at
