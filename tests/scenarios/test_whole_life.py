"""The complete lifecycle of an incident through HTTP, from the alert to the closure, and its audit trail."""

from typing import Any

import pytest

from audit.models import AuditEntry
from tests.api import Api, codes
from tests.clients.factories import AssignmentFactory, ClientFactory
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from users.choices import CC, EX, IM, TS

pytestmark = pytest.mark.django_db

# Some transitions are followed by a second write that restamps the service levels, without another transition.
CREATION = "create"


class Cast:
    """The people of the story, each with a separate API client."""

    def __init__(self) -> None:
        self.client = ClientFactory()
        self.contact = UserFactory(role=CC, client=self.client)
        self.account_manager = AssignmentFactory(client=self.client).user
        self.dispatcher = Api(UserFactory(role=IM))
        self.support = Api(UserFactory(role=TS))
        self.manager = Api(UserFactory(role=IM))
        self.reviewer = Api(UserFactory(role=IM))
        self.executive = Api(UserFactory(role=EX))
        self.customer = Api(self.contact)


def created(answer: Any) -> int:
    return int(answer.json()["id"])


def test_from_alert_to_closure_every_step_leaves_its_entry():
    cast = Cast()
    support, manager, reviewer, executive = cast.support, cast.manager, cast.reviewer, cast.executive
    component = ComponentFactory()
    seen = AuditEntry.objects.order_by("-id").values_list("pk", flat=True).first()

    alert = {
        "source": "alert_log",
        "payload_summary": "The gateway answers 503.",
        "severity_hint": "P1",
        "client_id": cast.client.pk,
        "component_id": component.pk,
    }
    wanted = {
        "title": "Payments fail",
        "description": "Card payments are declined.",
        "category": "system_outage",
        "impact_level": "high",
    }
    asked = {"event_payloads": [alert], "incident": wanted}
    correlated = cast.dispatcher.post("/events/correlate/", asked, expect=200).json()
    assert correlated["decision"] == "incident_created"
    incident = correlated["incident"]["id"]
    event, correlation = correlated["events"][0]["id"], correlated["correlations"][0]["id"]
    path = f"/incidents/{incident}"
    support.patch(f"{path}/", {"status": "in_progress", "assigned_manager_id": manager.user.pk}, expect=200)
    escalated = {"incident_id": incident, "target_user_id": executive.user.pk, "reason": "The outage lasts."}
    escalation = created(support.post("/escalations/", escalated, expect=201))

    refused = manager.post(f"{path}/resolve/", {"resolution_summary": "Done."}, expect=409, code="precondition_failed")
    assert codes(refused) == {"not_mitigated", "client_not_informed", "escalation_open"}

    executive.post(f"/escalations/{escalation}/acknowledge/", expect=200)
    tried = {"incident_id": incident, "description": "Second site.", "effectiveness": "effective"}
    workaround = created(support.post("/workarounds/", tried, expect=201))
    said = {
        "incident_id": incident,
        "recipient_type": "client_contact",
        "recipient_user_id": cast.contact.pk,
        "delivery_method": "email",
        "message_content": "Payments run over the second site.",
    }
    message = created(manager.post("/communications/", said, expect=201))
    manager.patch(f"/communications/{message}/", {"delivery_status": "delivered"}, expect=200)
    asked = {"incident_id": incident, "analysis_method": "five_whys", "assigned_to": support.user.pk}
    analysis = created(support.post("/root-cause-analyses/", asked, expect=201))
    support.post(f"/root-cause-analyses/{analysis}/complete/", {"root_cause": "A certificate expired."}, expect=200)
    confirmed = cast.customer.post(f"{path}/confirm-mitigation/", {"note": "It works."}, expect=200).json()

    assert manager.get(f"{path}/readiness/", expect=200).json()["resolve"]["ready"] is True
    done = manager.post(f"{path}/resolve/", {"resolution_summary": "The certificate was renewed."}, expect=200).json()
    report = done["postmortem_report_id"]
    close = manager.post(f"{path}/close/", expect=409, code="precondition_failed")
    assert codes(close) == {"postmortem_not_reviewed"}
    manager.post(f"/incident-reports/{report}/review/", expect=403, code="segregation_of_duties")
    frozen = reviewer.post(f"/incident-reports/{report}/review/", {"comment": "Complete."}, expect=200).json()
    assert frozen["content"]["root_cause"]["root_cause"] == "A certificate expired."
    support.post(f"{path}/close/", expect=403, code="role_not_permitted")
    assert manager.post(f"{path}/close/", expect=200).json()["status"] == "closed"

    written = AuditEntry.objects.filter(pk__gt=seen).exclude(action="entity_discovery").order_by("id")
    told = [(each.operation, each.action, each.reference_type, each.reference_id, each.user_id) for each in written]
    notified = {cast.contact.pk, cast.account_manager.pk, manager.user.pk, cast.dispatcher.user.pk}
    people = (cast.dispatcher, support, manager, executive, reviewer, cast.customer)
    d, s, m, e, r, c = (each.user.pk for each in people)
    notices = [
        ("incident.resolve", "notify", "communication", message + number, m) for number in range(1, len(notified) + 1)
    ]
    assert once(told) == [
        ("event.record", "identify", "event_record", event, d),
        ("incident.create", "create", "incident", incident, d),
        ("event.correlate", "identify", "event_correlation", correlation, d),
        ("incident.update", "update", "incident", incident, s),
        ("escalation.create", "update", "incident", incident, s),
        ("escalation.create", "escalate", "escalation", escalation, s),
        ("escalation.acknowledge", "update", "escalation", escalation, e),
        ("workaround.create", "create", "workaround", workaround, s),
        ("communication.create", "notify", "communication", message, m),
        ("communication.update", "notify", "communication", message, m),
        ("rca.create", "create", "rca", analysis, s),
        ("rca.complete", "update", "rca", analysis, s),
        ("incident.confirm_mitigation", "create", "mitigation_confirmation", confirmed["confirmation_id"], c),
        ("incident.resolve", "resolve", "incident", incident, m),
        *notices,
        ("incident.resolve", "create", "incident_report", report, m),
        ("postmortem.review", "review", "incident_report", report, r),
        ("incident.close", "close", "incident", incident, m),
    ]
    assert_statuses(incident, ["in_progress", "escalated", "resolved", "closed"])
    assert_account(manager, path)
    assert reviewer.get("/audit-entries/verify/", expect=200).json()["verified"] is True


def once(told: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Without the second writes by which an operation restamps the same record directly after the first."""
    return [each for at, each in enumerate(told) if at == 0 or told[at - 1] != each]


def assert_statuses(incident: int, expected: list[str]) -> None:
    """The statuses that the trail of the incident went through."""
    entries = AuditEntry.objects.filter(reference_type="incident", reference_id=incident, sequence__isnull=False)
    moves = [each.changes["status"] for each in entries.order_by("sequence") if "status" in each.changes]
    assert [move["new"] for move in moves if "old" in move] == expected


def assert_account(reader: Api, path: str) -> None:
    """The timeline lists the same events in order."""
    entries = reader.get(f"{path}/timeline/?page_size=200", expect=200).json()["results"]
    told = [each["kind"] for each in entries]
    story = [
        "created",
        "status_changed",
        "status_changed",
        "escalation_acknowledged",
        "workaround_implemented",
        "communication_sent",
        "analysis_completed",
        "mitigation_confirmed",
        "resolved",
        "report_generated",
        "postmortem_reviewed",
        "closed",
    ]
    assert [kind for kind in told if kind in story] == story
    assert {"detected", "acknowledged", "escalated", "communication_recorded", "analysis_begun"} <= set(told)
