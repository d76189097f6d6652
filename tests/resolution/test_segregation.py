"""Random sequences of acts by random people never lead to a broken segregation of duties."""

from typing import Any

import pytest
from django.conf import settings as installation
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import AuditEntry
from incidents.models import Incident
from reporting.models import IncidentReport
from tests.api import Api
from tests.incidents.factories import AnalysisFactory
from tests.resolution.factories import mitigated
from tests.users.factories import UserFactory
from users.choices import CC, EX, IM, SA, TS

pytestmark = pytest.mark.django_db

CREW = (IM, IM, IM, EX, TS, SA, CC)
ACTS: dict[str, Any] = {
    "resolve": {"resolution_summary": "Done."},
    "reopen": {"reason": "It fails again."},
    "close": {},
    "review": {},
    "confirm-mitigation": {},
    "P1": {"severity": "P1"},
    "P4": {"severity": "P4", "severity_override_reason": "Overrated."},
}
people = st.integers(0, len(CREW) - 1)
# The way to closure is short: without it, random acts would rarely come to an end.
steps = st.lists(st.tuples(people, st.sampled_from(["resolve", "review", "close", *ACTS])), min_size=4, max_size=16)


def act(caller: Api, incident: Incident, name: str) -> None:
    """Try one act; every response is a success or a refusal."""
    path, body = f"/incidents/{incident.pk}/{name}/", ACTS[name]
    if name in ("P1", "P4"):
        answer = caller.patch(f"/incidents/{incident.pk}/", body)
    elif name == "review":
        standing = IncidentReport.objects.live_postmortems().filter(incident=incident).first()
        answer = caller.post(f"/incident-reports/{standing.pk if standing else 0}/review/", body)
    else:
        answer = caller.post(path, body)
    assert answer.status_code in (200, 403, 404, 409), answer.content


def duties_are_segregated(incident: Incident) -> None:
    initiators = {incident.created_by_id, incident.reporter_id}
    high = incident.peak_severity in installation.IMS_HIGH_SEVERITIES
    for report in IncidentReport.objects.filter(incident=incident, status="completed", voided_at__isnull=True):
        assert report.reviewed_by_id != incident.resolved_by_id
        assert incident.status in ("resolved", "closed")
        assert not (incident.status == "closed" and high and report.reviewed_by_id in initiators)
    if incident.status == "closed":
        assert IncidentReport.objects.live_postmortems().get(incident=incident).status == "completed"
        assert not (high and (incident.closed_by_id in initiators or incident.closed_by.role == TS))
        assert incident.closed_by.role in (IM, EX, TS)
    severities = [incident.severity]
    for entry in AuditEntry.objects.filter(reference_type="incident", reference_id=incident.pk):
        change = entry.changes.get("severity", {})
        severities += [change[name] for name in ("old", "new") if name in change]
    assert incident.peak_severity == min(severities)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, initiators=st.tuples(people, people), severity=st.sampled_from(["P1", "P2", "P3", "P4"]))
def test_no_sequence_of_acts_breaks_segregation(steps, initiators, severity):
    with transaction.atomic():
        crew = [Api(UserFactory(role=role)) for role in CREW]
        created_by, reporter = (crew[each].user for each in initiators)
        incident = mitigated(severity=severity, created_by=created_by, reporter=reporter)
        AnalysisFactory(
            incident=incident,
            status="completed",
            root_cause="A leak.",
            completed_by=reporter,
            completed_at=incident.created_at,
        )
        for who, name in steps:
            act(crew[who], incident, name)
            incident.refresh_from_db()
            duties_are_segregated(incident)


def test_the_way_to_closure_is_open_to_those_who_may(api):
    """The sequences above are worth something: with the right people one of them ends in closure."""
    incident = mitigated(severity="P3")
    one, other = api(IM), api(EX)
    for caller, name in ((one, "resolve"), (other, "review"), (one, "close")):
        act(caller, incident, name)
    incident.refresh_from_db()
    assert incident.status == "closed"
    duties_are_segregated(incident)
