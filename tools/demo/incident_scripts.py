"""Further lifecycles of demo incidents: escalated, resolved, closed, reopened; changes and analyses in every status."""

from datetime import timedelta
from typing import Any

from incidents.models import Incident
from tools.demo.stage import Stage

NIGHT = timedelta(hours=8)
SUMMARY = {"resolution_summary": "The cause was removed and the service is restored."}


def lead(stage: Stage, incidents: list[Incident]) -> None:
    """Process the incidents, a few for each outcome."""
    escalated, resolved, closed, reopened = incidents[0:3], incidents[3:6], incidents[6:10], incidents[10:11]
    for incident in escalated:
        _escalate(stage, incident)
    _answer_some(stage)
    for incident in (*resolved, *closed, *reopened):
        _resolve(stage, incident)
    for incident in closed:
        _close(stage, incident)
    for incident in reopened:
        stage.play("ivan", "incident.reopen", {"reason": "It happened again."}, on=incident)
    _changes(stage, incidents[11])


def _escalate(stage: Stage, incident: Incident) -> None:
    call = {"incident_id": incident.pk, "target_user_id": stage.people["eva"].pk, "reason": "The client is waiting."}
    stage.escalations.append(stage.play("tara", "escalation.create", call))
    stage.wait(minutes=7)


def _answer_some(stage: Stage) -> None:
    for escalation in stage.escalations[:2]:
        stage.play("eva", "escalation.acknowledge", on=escalation)
    stage.play("eva", "escalation.resolve", on=stage.escalations[0])


def _resolve(stage: Stage, incident: Incident) -> None:
    around = {"description": "Traffic goes through the standby.", "effectiveness": "effective"}
    stage.play("tom", "workaround.create", {"incident_id": incident.pk, **around})
    body = {
        "incident_id": incident.pk,
        "recipient_type": "client_contact",
        "delivery_method": "incident_portal_update",
        "message_content": "The service is restored; we are removing the cause.",
    }
    stage.play("ines", "communication.create", body)
    stage.wait(minutes=45)
    stage.play("ines", "incident.resolve", SUMMARY, on=incident)


def _close(stage: Stage, incident: Incident) -> None:
    search = {"incident_id": incident.pk, "analysis_method": "five_whys", "assigned_to": stage.people["tara"].pk}
    analysis = stage.play("tara", "rca.create", search)
    stage.play("tara", "rca.complete", {"root_cause": "A limit was set for last year's load."}, on=analysis)
    report = incident.reports.get(automatic=True, voided_at__isnull=True)
    stage.play("ivan", "rca.approve", on=analysis)
    stage.play("ivan", "postmortem.review", {"comment": "Complete."}, on=report)
    stage.play("ivan", "incident.close", on=incident)


def _changes(stage: Stage, incident: Incident) -> None:
    """One change in each status of its lifecycle, and a rollback."""
    for steps in (
        (),
        (("ivan", "approve"),),
        (("ivan", "reject"),),
        (("ivan", "approve"), ("tara", "schedule")),
        (("ivan", "approve"), ("tara", "schedule"), ("tara", "start")),
        (("ivan", "approve"), ("tara", "schedule"), ("tara", "start"), ("tara", "complete")),
        (("ivan", "approve"), ("tara", "schedule"), ("tara", "start"), ("tara", "fail")),
    ):
        _change(stage, incident, steps)
    undone = _change(stage, incident, (("ivan", "approve"), ("tara", "schedule"), ("tara", "start")))
    request = {"change_id": undone.pk, "justification": "The error rate doubled."}
    rollback = stage.play("tara", "rollback.create", request)
    stage.play("ivan", "rollback.start", on=rollback)
    stage.play("tara", "rollback.complete", {"validation_completed": True}, on=rollback)


def _change(stage: Stage, incident: Incident, steps: tuple[tuple[str, str], ...]) -> Any:
    body = {"change_title": "Raise the limit of connections", "change_type": "normal", "risk_level": "medium"}
    change = stage.play("tara", "change.create", {**body, "incident_id": incident.pk})
    window = {"scheduled_start": stage.now.isoformat(), "scheduled_end": (stage.now + NIGHT).isoformat()}
    for who, verb in steps:
        stage.play(who, f"change.{verb}", window if verb == "schedule" else {}, on=change)
    return change
