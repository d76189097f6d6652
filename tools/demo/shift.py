"""The shift that runs now: incidents at risk, a major one, an escalation, handoffs, a request for approval."""

from datetime import datetime, timedelta
from typing import Any

from clients.models import Client
from products.models import Component
from tools.demo.stage import Stage

# Subscriptions of the last clients end in other statuses.
CLIENTS = 4
# Title, category, facts, minutes since its detection, and whether somebody works on it; the oldest first.
NOTE = {"body": "Logs are collected; the last change is suspected."}
RUNNING: tuple[tuple[str, str, dict[str, Any], int, bool], ...] = (
    ("Transfers are booked twice", "data_corruption", {"major_degradation": True}, 100, False),
    ("Statements arrive hours late", "performance_degradation", {"major_degradation": True}, 40, True),
    ("Logins time out for one branch", "authentication_failure", {"localized": True}, 25, True),
    (
        "Card payments fail in every shop",
        "service_unavailable",
        {"complete_outage": True, "business_critical": True, "has_workaround": False},
        17,
        False,
    ),
)


def covered(stage: Stage) -> list[tuple[Client, Component]]:
    """Every client with each component of the products that it subscribes to, in turn."""
    found = [
        (client, component)
        for client in stage.clients[:CLIENTS]
        for subscription in stage.subscriptions
        if subscription.client_id == client.pk
        for component in stage.components
        if component.product_id == subscription.product_id
    ]
    return found[::2] + found[1::2]


def begin_shift(stage: Stage, now: datetime) -> None:
    """Bring the clock to the present, and play what has happened in the last hours."""
    stage.now = max(stage.now, now - timedelta(hours=3))
    premium = [each for each in covered(stage) if _is_premium(stage, *each)] or covered(stage)
    for number, (title, category, facts, minutes, begun) in enumerate(RUNNING):
        stage.now = max(stage.now, now - timedelta(minutes=minutes - 1))
        client, component = _free(stage, premium[number:] + premium[:number], category)
        body = {
            "reporter_id": stage.people["tara"].pk,
            "client_id": client.pk,
            "component_id": component.pk,
            "assigned_manager_id": stage.people["ines"].pk,
            "title": title,
            "description": "Reported by the monitoring and confirmed by the client.",
            "category": category,
            "impact_level": "high",
            "classification": facts,
            "detected_at": (now - timedelta(minutes=minutes)).isoformat(),
        }
        incident = stage.play("tara", "incident.create", body)
        if begun:
            stage.play("tom", "incident.update", {"status": "in_progress"}, on=incident)
            stage.play("tom", "incident.add_note", NOTE, on=incident)
    _ask_for_help(stage, incident)


def _free(stage: Stage, pairs: list[tuple[Client, Component]], category: str) -> tuple[Client, Component]:
    """The first pair without an incident of this category: an unresolved one would be its duplicate."""
    taken = {(each.client_id, each.component_id) for each in stage.incidents if each.category == category}
    return next(each for each in pairs if (each[0].pk, each[1].pk) not in taken)


def _is_premium(stage: Stage, client: Client, component: Component) -> bool:
    return any(
        each.client_id == client.pk and each.product_id == component.product_id and each.service_level_tier == "premium"
        for each in stage.subscriptions
    )


def _ask_for_help(stage: Stage, incident: Any) -> None:
    """An escalation to the incident manager, and two handoffs."""
    call = {
        "incident_id": incident.pk,
        "target_user_id": stage.people["ines"].pk,
        "reason": "We need a decision on the rollback.",
    }
    stage.play("tom", "escalation.create", call)
    for details in ("The branch asks for a manual transfer.", "The client wants to speak to a person."):
        stage.play("tom", "handoff.create", {"reason_code": "client-demand", "details": details})
