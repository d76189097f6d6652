"""An incident with a record of every kind, and checks of its reports."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.api import Api
from tests.changes.factories import ChangeFactory
from tests.incidents.factories import (
    AffectedClientFactory,
    AnalysisFactory,
    CommunicationFactory,
    EscalationFactory,
    IncidentFactory,
    NoteFactory,
    WorkaroundFactory,
)
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from users.choices import TS

TYPES = ("executive_summary", "postmortem_report", "compliance_report", "performance_dashboard", "trend_analysis")
FORMATS = ("json", "md", "html", "pdf")
# Texts that no client may read in any report.
SECRETS = ("Inner reason", "Inner note", "Wanda Worker", "Draft cause", "Other Organisation")


def eventful(**fields: Any) -> Any:
    """A resolved incident; SECRETS contains the texts that are not for clients."""
    now = timezone.now()
    worker = UserFactory(role=TS, name="Wanda Worker")
    incident = IncidentFactory(
        **{
            "title": "Payments <fail> & | *stop*",
            "status": "resolved",
            "severity": "P2",
            "component": ComponentFactory(),
            "occurred_at": now - timedelta(hours=5),
            "detected_at": now - timedelta(hours=4),
            "acknowledged_at": now - timedelta(hours=3),
            "resolved_at": now - timedelta(hours=1),
            "resolved_by": worker,
            "resolution_summary": "The leaking worker was restarted.",
            **fields,
        }
    )
    AffectedClientFactory(incident=incident, client__name="Other Organisation")
    NoteFactory(incident=incident, body="Inner note")
    EscalationFactory(incident=incident, reason="Inner reason", requested_by=worker)
    CommunicationFactory(incident=incident, sender_user=worker, delivery_status="sent", sent_at=now)
    WorkaroundFactory(incident=incident, implemented_by=worker, implemented_at=now - timedelta(hours=2))
    AnalysisFactory(
        incident=incident,
        assigned_to=worker,
        status="completed",
        root_cause="Draft cause",
        completed_by=worker,
        completed_at=now,
    )
    ChangeFactory(incident=incident, requested_by=worker)
    return incident


def generated(caller: Api, incident: Any, report_type: str, **options: Any) -> dict[str, Any]:
    body = {"incident_id": incident.pk, "report_type": report_type}
    answer: dict[str, Any] = caller.post("/incident-reports/", body, expect=201, **options).json()
    return answer


def downloaded(reader: Api, report: dict[str, Any], form: str, **options: Any) -> Any:
    return reader.get(f"/incident-reports/{report['id']}/download/?as={form}", **{"expect": 200, **options})
