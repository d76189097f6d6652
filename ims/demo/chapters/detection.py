"""Alerts become events, and events are correlated once, when somebody asks (SOP 2)."""

from ims.demo.story import Story


def detect(story: Story) -> None:
    """An alert is recorded and correlated (SOP 2)"""
    alert = {
        "source": "alert_log",
        "payload_summary": "Gateway answers slowly: 95th percentile above two seconds.",
        "severity_hint": "P3",
        "client_id": story.facts["carl"]["client_id"],
        "component_id": story.facts["component"]["id"],
        "attributes": {"fingerprint": "gateway-latency-0912", "host": "gw-1"},
    }
    story.refused("tara", "is not an incident manager", "POST", "/events/", alert, expect="role_not_permitted")
    event = story.does("ines", "records an alert", "POST", "/events/", alert, expect=201)
    asked = {"event_record_ids": [event["id"]]}
    verdict = story.does("ines", "correlates it", "POST", "/events/correlate/", asked)
    story.console.print(f"   {verdict['decision']}: {' '.join(str(reason) for reason in verdict['reasons'])}")


def correlate(story: Story) -> None:
    """A second alert finds the open incident (SOP 2)"""
    alert = {
        "source": "alert_log",
        "payload_summary": "Gateway answers 503 to every request.",
        "severity_hint": "P1",
        "client_id": story.facts["carl"]["client_id"],
        "component_id": story.facts["component"]["id"],
    }
    wanted = {
        "title": "Payments fail for every customer",
        "description": "The gateway answers 503.",
        "category": "service_unavailable",
        "impact_level": "critical",
    }
    asked = {"event_payloads": [alert], "incident": wanted}
    verdict = story.does("ines", "correlates a second alert", "POST", "/events/correlate/", asked)
    story.console.print(f"   {verdict['decision']}: {' '.join(str(reason) for reason in verdict['reasons'])}")
    story.require(verdict["decision"] == "linked", "a second alert opened a second incident")
