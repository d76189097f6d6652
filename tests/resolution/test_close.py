"""SOP 16, step 6: Close incident after review."""

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from tests.api import codes
from tests.incidents.factories import AnalysisFactory, IncidentFactory, WorkaroundFactory
from tests.reporting.factories import ReportFactory
from tests.resolution.factories import reviewed
from tests.users.factories import UserFactory
from users.choices import AM, EX, IM, SA, TS

pytestmark = pytest.mark.django_db


def path(incident):
    return f"/incidents/{incident.pk}/close/"


def resolved(**fields):
    incident = IncidentFactory(**{"status": "resolved", "resolved_at": timezone.now(), **fields})
    WorkaroundFactory(incident=incident)
    return incident


@pytest.mark.parametrize("role", [IM, EX, TS])
def test_a_reviewed_incident_is_closed(api, role):
    incident, caller = reviewed(), api(role)

    answer = caller.post(path(incident), expect=200).json()

    incident.refresh_from_db()
    assert (answer["status"], answer["closed_by_id"]) == ("closed", caller.user.pk)
    assert answer["closed_at"] is not None
    assert answer["allowed_transitions"] == []
    last = AuditEntry.objects.filter(reference_type="incident", reference_id=incident.pk).order_by("id").last()
    assert (last.action, last.operation) == ("close", "incident.close")


@pytest.mark.parametrize("role", [SA, AM])
def test_other_roles_do_not_close(api, role):
    api(role).post(path(reviewed()), expect=403, code="role_not_permitted")


def test_the_closer_may_be_named_when_it_is_the_caller(api):
    caller, incident = api(IM), reviewed()
    caller.post(path(incident), {"closed_by": UserFactory().pk}, expect=403, code="actor_mismatch")
    caller.post(path(incident), {"closed_by": caller.user.pk}, expect=200)


@pytest.mark.parametrize("status", ["open", "in_progress", "escalated"])
def test_only_a_resolved_incident_can_be_closed(api, status):
    refused = api(IM).post(path(IncidentFactory(status=status)), expect=409, code="invalid_transition")
    assert "resolved" in refused.json()["errors"][0]["allowed"]


def test_closed_is_final(api):
    incident = reviewed()
    api(IM).post(path(incident), expect=200)
    for action in ("close", "reopen", "resolve"):
        body = {"reopen": {"reason": "Again."}, "resolve": {"resolution_summary": "Again."}}.get(action)
        api(IM).post(f"/incidents/{incident.pk}/{action}/", body, expect=409, code="invalid_transition")


def test_the_postmortem_must_be_reviewed(api):
    unreviewed = resolved()
    ReportFactory(incident=unreviewed)
    assert codes(api(IM).post(path(unreviewed), expect=409, code="precondition_failed")) == {"postmortem_not_reviewed"}

    voided = reviewed()
    voided.reports.get().change(voided_at=timezone.now(), void_reason="reopened")
    assert codes(api(IM).post(path(voided), expect=409)) == {"postmortem_not_reviewed"}


@pytest.mark.parametrize("peak", ["P1", "P2"])
def test_high_severity_needs_its_root_cause(api, peak):
    incident = resolved(severity="P4", peak_severity=peak)
    refused = api(IM).post(path(incident), expect=409, code="precondition_failed")
    assert codes(refused) == {"postmortem_not_reviewed", "root_cause_missing"}

    begun = reviewed(severity="P4", peak_severity=peak, analysis="in_progress")
    assert codes(api(IM).post(path(begun), expect=409)) == {"root_cause_missing"}
    found = reviewed(severity="P4", peak_severity=peak, analysis="completed")
    api(IM).post(path(found), expect=200)


def test_an_imported_analysis_without_a_cause_finds_none(api):
    incident = resolved(severity="P1")
    AnalysisFactory(incident=incident, status="completed", imported_row={"id": 1})
    assert "root_cause_missing" in codes(api(IM).post(path(incident), expect=409))


def test_an_undetermined_root_cause_needs_its_reason(api):
    api(IM).post(path(reviewed(severity="P1")), expect=409, code="precondition_failed")
    incident = reviewed(severity="P1", root_cause_undetermined_reason="The logs are gone.")
    api(IM).post(path(incident), expect=200)


@pytest.mark.parametrize("role", [IM, EX])
@pytest.mark.parametrize("initiated", ["created_by", "reporter"])
def test_an_initiator_cannot_close_an_incident_that_ever_had_high_severity(api, role, initiated):
    caller = api(role)
    incident = reviewed(severity="P4", peak_severity="P2", analysis="completed", **{initiated: caller.user})
    refused = caller.post(path(incident), expect=403, code="segregation_of_duties")
    assert codes(refused) == {"not_an_initiator"}
    assert refused.json()["transfer_to_human"] is True
    api(IM).post(path(incident), expect=200)


@pytest.mark.parametrize("initiated", ["created_by", "reporter"])
def test_an_initiator_may_close_an_incident_that_never_had_high_severity(api, initiated):
    caller = api(TS)
    never_high = reviewed(severity="P3", severity_rested_on_facts=True, **{initiated: caller.user})
    caller.post(path(never_high), expect=200)


@pytest.mark.parametrize("initiated", ["created_by", "reporter"])
@pytest.mark.parametrize("severity", ["P3", "P4"])
def test_an_initiator_cannot_close_after_an_overridden_high_severity(api, initiated, severity):
    caller = api(TS)
    incident = reviewed(severity=severity, severity_rested_on_facts=False, **{initiated: caller.user})
    refused = caller.post(path(incident), expect=403, code="segregation_of_duties")
    assert codes(refused) == {"not_an_initiator"}
    api(TS).post(path(incident), expect=200)


@pytest.mark.parametrize(("peak", "expected"), [("P1", 403), ("P2", 403), ("P3", 200), ("P4", 200)])
def test_technical_support_closes_low_severity_only(api, peak, expected):
    incident = reviewed(severity="P4", peak_severity=peak, analysis="completed")
    answer = api(TS).post(path(incident), expect=expected)
    if expected == 403:
        assert answer.json()["code"] == "role_not_permitted"
        assert codes(answer) == {"high_severity_closed_by_higher_authority"}


def test_a_review_by_an_initiator_does_not_hold_once_the_severity_is_high(api):
    reporter = UserFactory(role=IM)
    incident = reviewed(reporter, severity="P3", peak_severity="P1", reporter=reporter, analysis="completed")
    refused = api(IM).post(path(incident), expect=409, code="precondition_failed")
    assert codes(refused) == {"postmortem_not_reviewed"}
