"""Concurrent transitions of an incident, with real connections and commits."""

import pytest
from django.db import connection

from incidents.models import Escalation, Incident
from reporting.models import IncidentReport
from tests.api import Api, codes
from tests.incidents.test_concurrency import at_once, callers
from tests.resolution.factories import mitigated
from tests.users.factories import UserFactory
from users.choices import EX, IM

pytestmark = [
    pytest.mark.usefixtures("committed"),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite in memory has one connection and no races"),
]
SUMMARY = {"resolution_summary": "Restarted."}


def resolved(resolver):
    incident = mitigated()
    report_id = resolver.post(f"/incidents/{incident.pk}/resolve/", SUMMARY, expect=200).json()["postmortem_report_id"]
    return incident, report_id


@pytest.mark.parametrize("round", range(3))
def test_of_resolving_and_escalating_one_wins(round):
    incident = mitigated()
    one, other = callers(2)
    target = UserFactory(role=EX)
    escalation = {"incident_id": incident.pk, "target_user_id": target.pk, "reason": "Nobody answers."}
    match = {"If-Match": f'"{incident.version}"'}

    won, lost = at_once(
        lambda: one.post(f"/incidents/{incident.pk}/resolve/", SUMMARY, **match),
        lambda: other.post("/escalations/", escalation),
    )

    incident.refresh_from_db()
    assert won.status_code in (200, 201)
    if won.status_code == 200:
        assert (lost.status_code, lost.json()["code"]) == (409, "invalid_transition")
        assert (incident.status, Escalation.objects.count()) == ("resolved", 0)
    else:
        assert (lost.status_code, lost.json()["code"]) == (412, "stale_version")
        assert (incident.status, IncidentReport.objects.count()) == ("escalated", 0)


@pytest.mark.parametrize("round", range(3))
def test_a_second_concurrent_resolution_gets_its_missing_preconditions(round):
    """Escalated incidents may be resolved, so what stops it is not the status but the escalation that is open."""
    incident = mitigated()
    one, other = callers(2)
    escalation = {"incident_id": incident.pk, "target_user_id": UserFactory(role=EX).pk, "reason": "Nobody answers."}

    won, lost = at_once(
        lambda: one.post(f"/incidents/{incident.pk}/resolve/", SUMMARY),
        lambda: other.post("/escalations/", escalation),
    )

    incident.refresh_from_db()
    told = (lost.json()["code"], codes(lost))
    if won.status_code == 200:
        assert (incident.status, told) == ("resolved", ("invalid_transition", {"invalid_transition"}))
    else:
        assert (incident.status, told) == ("escalated", ("precondition_failed", {"escalation_open"}))
    assert (lost.status_code, Escalation.objects.count()) == (409, int(won.status_code == 201))


@pytest.mark.parametrize("round", range(3))
def test_of_closing_and_reopening_one_wins(round):
    resolver, one, other = callers(3)
    incident, report_id = resolved(resolver)
    one.post(f"/incident-reports/{report_id}/review/", expect=200)

    won, lost = at_once(
        lambda: one.post(f"/incidents/{incident.pk}/close/"),
        lambda: other.post(f"/incidents/{incident.pk}/reopen/", {"reason": "It fails again."}),
    )

    incident.refresh_from_db()
    assert (won.status_code, lost.status_code) == (200, 409)
    assert lost.json()["code"] == "invalid_transition"
    assert incident.status == won.json()["status"]
    assert IncidentReport.objects.filter(voided_at__isnull=True).count() == 1
    assert (incident.closed_at is None) is (incident.status == "in_progress")


@pytest.mark.parametrize("round", range(3))
def test_of_reviewing_and_reopening_no_review_outlives_the_reopening(round):
    resolver, one, other = callers(3)
    incident, report_id = resolved(resolver)

    answers = at_once(
        lambda: one.post(f"/incident-reports/{report_id}/review/"),
        lambda: other.post(f"/incidents/{incident.pk}/reopen/", {"reason": "It fails again."}),
    )

    assert [each.status_code for each in answers] in ([200, 200], [200, 409])
    standing = IncidentReport.objects.live_postmortems().get(incident=incident)
    assert (Incident.objects.get().status, standing.status) == ("in_progress", "draft")


def test_of_two_resolutions_one_wins():
    incident = mitigated()
    one, other = callers(2)
    path = f"/incidents/{incident.pk}/resolve/"

    won, lost = at_once(lambda: one.post(path, SUMMARY), lambda: other.post(path, SUMMARY))

    assert (won.status_code, lost.status_code) == (200, 409)
    assert lost.json()["code"] == "invalid_transition"
    assert IncidentReport.objects.count() == 1
    assert Api(UserFactory(role=IM)).get(f"/incidents/{incident.pk}/").json()["status"] == "resolved"
