"""SOP 16, step 6: the review of the postmortem."""

import hashlib

import pytest
import rfc8785
from django.utils import timezone

from audit.models import AuditEntry
from reporting.models import IncidentReport
from tests.api import codes
from tests.incidents.factories import IncidentFactory, NoteFactory, WorkaroundFactory
from tests.reporting.factories import ReportFactory
from users.choices import EX, IM, SA, TS

pytestmark = pytest.mark.django_db


def path(report):
    return f"/incident-reports/{report.pk}/review/"


def resolved(**fields):
    return IncidentFactory(**{"status": "resolved", "resolved_at": timezone.now(), **fields})


@pytest.mark.parametrize("role", [IM, EX])
def test_a_review_completes_and_freezes_the_postmortem(api, role):
    report, caller = ReportFactory(), api(role)
    WorkaroundFactory(incident=report.incident, description="Second site.")

    answer = caller.post(path(report), {"comment": "Complete."}, expect=200).json()

    assert (answer["status"], answer["reviewed_by_id"]) == ("completed", caller.user.pk)
    assert (answer["review_comment"], answer["reviewed_at"] is not None) == ("Complete.", True)
    assert answer["content"]["actions"]["workarounds"][0]["description"] == "Second site."
    assert answer["digest"] == hashlib.sha256(rfc8785.dumps(answer["content"])).hexdigest()
    entry = AuditEntry.objects.filter(reference_type="incident_report", reference_id=report.pk).order_by("id").last()
    assert (entry.action, entry.operation) == ("review", "postmortem.review")
    NoteFactory(incident=report.incident)
    WorkaroundFactory(incident=report.incident)
    assert caller.get(f"/incident-reports/{report.pk}/").json()["content"] == answer["content"]


@pytest.mark.parametrize("role", [TS, SA])
def test_other_roles_do_not_review(api, role):
    api(role).post(path(ReportFactory()), expect=403, code="role_not_permitted")


def test_resolvers_cannot_review_the_postmortem(api):
    caller = api(IM)
    report = ReportFactory(incident=resolved(resolved_by=caller.user))
    refused = caller.post(path(report), expect=403, code="segregation_of_duties")
    assert codes(refused) == {"not_the_resolver"}
    report.refresh_from_db()
    assert report.status == "draft"


@pytest.mark.parametrize("initiated", ["created_by", "reporter"])
@pytest.mark.parametrize(("peak", "expected"), [("P1", 403), ("P2", 403), ("P3", 200), ("P4", 200)])
def test_an_initiator_cannot_review_an_incident_that_ever_had_high_severity(api, initiated, peak, expected):
    caller = api(IM)
    incident = resolved(severity="P4", peak_severity=peak, severity_rested_on_facts=True, **{initiated: caller.user})
    answer = caller.post(path(ReportFactory(incident=incident)), expect=expected)
    if expected == 403:
        assert answer.json()["code"] == "segregation_of_duties"
        assert codes(answer) == {"not_an_initiator"}


def test_an_initiator_cannot_review_after_an_overridden_high_severity(api):
    caller = api(IM)
    incident = resolved(severity="P4", severity_rested_on_facts=False, reporter=caller.user)
    refused = caller.post(path(ReportFactory(incident=incident)), expect=403, code="segregation_of_duties")
    assert codes(refused) == {"not_an_initiator"}


def test_the_high_severities_are_a_setting(api, settings):
    settings.IMS_HIGH_SEVERITIES = ["P1", "P2", "P3"]
    caller = api(IM)
    report = ReportFactory(incident=resolved(severity="P3", reporter=caller.user))
    caller.post(path(report), expect=403, code="segregation_of_duties")


def test_a_postmortem_is_reviewed_once(api):
    report, caller = ReportFactory(), api(IM)
    caller.post(path(report), expect=200)
    caller.post(path(report), expect=409, code="invalid_transition")


def test_only_while_the_incident_is_resolved(api):
    report = ReportFactory(incident=IncidentFactory(status="in_progress"))
    refused = api(IM).post(path(report), expect=409, code="precondition_failed")
    assert codes(refused) == {"incident_not_resolved"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"automatic": False}, "not_a_postmortem_draft"),
        ({"voided_at": timezone.now(), "void_reason": "reopened"}, "postmortem_voided"),
    ],
)
def test_only_the_live_automatic_draft_can_be_reviewed(api, fields, code):
    refused = api(IM).post(path(ReportFactory(**fields)), expect=409, code="precondition_failed")
    assert codes(refused) == {code}


def test_a_stale_version_reviews_nothing(api):
    report = ReportFactory()
    api(IM).post(path(report), expect=412, code="stale_version", **{"If-Match": '"9"'})
    assert IncidentReport.objects.get().status == "draft"
