"""SOP 16: a change of any reported field after the review requires another review of the postmortem."""

from datetime import timedelta

import pytest

from reporting.models import IncidentReport
from tests.api import codes
from tests.resolution.factories import reviewed
from tests.users.factories import UserFactory
from users.choices import EX, IM

pytestmark = pytest.mark.django_db

TOLD = {
    "title": lambda incident: "Another title",
    "category": lambda incident: "network_issue",
    "impact_level": lambda incident: "critical",
    "severity": lambda incident: "P2",
    "classification": lambda incident: {"major_degradation": True},
    "detection_source": lambda incident: "vendor_reported",
    "occurred_at": lambda incident: (incident.detected_at - timedelta(hours=2)).isoformat(),
    "assigned_manager_id": lambda incident: UserFactory(role=IM).pk,
    "assigned_to_id": lambda incident: UserFactory(role=IM).pk,
    "downtime_minutes": lambda incident: 90,
    "root_cause_undetermined_reason": lambda incident: "The node is gone.",
}


@pytest.mark.parametrize("name", TOLD)
def test_a_changed_field_requires_another_review(api, name):
    incident = reviewed(severity="P3", detection_source="internally_detected")
    before = IncidentReport.objects.get(incident=incident, automatic=True)

    api(IM).patch(f"/incidents/{incident.pk}/", {name: TOLD[name](incident)}, expect=200)

    before.refresh_from_db()
    assert before.void_reason == "outdated"
    refused = api(EX).post(f"/incidents/{incident.pk}/close/", expect=409, code="precondition_failed")
    assert "postmortem_outdated" in codes(refused)
