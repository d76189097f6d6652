"""From the alert to the incident."""

from ims.demo.story import Story


def lookup(story: Story) -> None:
    """Discovery (SOP 1): none, one, many"""
    many = story.does("ines", "looks for active clients", "GET", "/discovery/?entity_type=client&status=active")
    story.facts["client"] = many["results"][-1]
    story.does("ines", "looks for a client that is not there", "GET", "/discovery/?entity_type=client&name=Nobody+Ltd")
    one = f"/discovery/?entity_type=client&id={story.facts['client']['id']}"
    client = story.does("ines", "verifies one client and reads it in full", "GET", one)["results"][0]
    story.console.print(f"   The story's client is [bold]{client['name']}[/], {client['client_type']}.")
    components = story.does("ines", "looks for a component", "GET", "/components/?environment=production&page_size=1")
    story.facts["component"] = components["results"][0]
    vera = story.does("vera", "sees only her own vendor's products", "GET", "/products/")
    story.facts["vendor_product"] = vera["results"][0]
    story.facts["carl"] = story.does("carl", "reads his own account", "GET", "/me/")


def alert(story: Story) -> None:
    """The alert is classified (SOP 13) and becomes an incident (SOP 12)"""
    facts = {"complete_outage": True, "business_critical": True, "has_workaround": False, "affected_clients": 1}
    verdict = story.does("ines", "classifies the alert", "POST", "/incidents/classify/", facts)
    story.console.print(f"   {verdict['severity']} by the rule [bold]{verdict['rule']}[/]: {verdict['reasons']}")
    body = {
        "reporter_id": story.facts["carl"]["id"],
        "client_id": story.facts["carl"]["client_id"],
        "component_id": story.facts["component"]["id"],
        "title": "Payments fail for every customer",
        "description": "All card payments have been declined since 09:12; the gateway answers 503.",
        "category": "service_unavailable",
        "impact_level": "critical",
        "detection_source": "monitoring_alert",
        "classification": facts,
    }
    story.refused("", "reports it without a token", "POST", "/incidents/", body, expect="not_authenticated")
    story.refused("ada", "is an account manager", "POST", "/incidents/", body, expect="role_not_permitted")
    wrong = {**body, "category": "bad_luck", "client_id": 999_999, "priority": 1}
    story.refused("ines", "gets three things wrong at once", "POST", "/incidents/", wrong, expect="validation_error")
    understated = {**body, "severity": "P4"}
    story.refused("tara", "understates it", "POST", "/incidents/", understated, expect="severity_mismatch")
    incident = story.does("ines", "opens the incident", "POST", "/incidents/", body, expect=201)
    story.facts["incident"] = incident
    story.console.print(f"   {incident['incident_code']} is {incident['severity']} and {incident['status']}.")
    story.refused("tara", "reports it again", "POST", "/incidents/", body, expect="duplicate_open_incident")
