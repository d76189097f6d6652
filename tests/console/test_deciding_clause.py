"""The workbench names the clause that decided the severity, and shows the facts that it rests on."""

from typing import Any

import pytest

from incidents.models import Incident
from incidents.severity import CLAUSES
from tests.api import Api
from tests.clients.factories import ClientFactory
from tests.console.test_shift import text_of
from tests.console.world import browser, page_of
from tests.incidents.factories import IncidentFactory
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from users.choices import IM

pytestmark = pytest.mark.django_db
SENTENCES = {each.rule: each.sentence for each in CLAUSES}
# The stated facts, the clause that decides, and a fact that is shown.
CASES = [
    ({"complete_outage": True, "business_critical": True}, "critical_outage_without_workaround", "Business critical"),
    ({"complete_outage": True, "business_critical": True, "has_workaround": True}, "complete_outage", "Has workaround"),
    ({"affected_clients": 7, "localized": True}, "enterprise_wide", "Affected clients: 7"),
    ({"high_priority_client": True, "major_degradation": True}, "high_priority_client", "High priority client"),
    ({"regulatory_safety_or_financial_impact": True}, "regulatory_safety_or_financial", "Regulatory safety or"),
    ({"sla_breach_risk": True, "moderate_degradation": True}, "sla_breach_risk", "SLA breach risk"),
    ({"moderate_degradation": True}, "moderate_degradation", "Moderate degradation"),
    ({"complete_outage": False}, "minor_issue", "Affected clients: 1"),
]


def why(incident: Any, reader: Any) -> str:
    page = text_of(browser(reader), page_of(incident))
    return page.partition("Why this severity")[2].partition("Related records")[0].strip()


@pytest.mark.parametrize(("facts", "rule", "shown"), CASES, ids=[rule for _, rule, _ in CASES])
def test_the_clause_that_decides_is_named_with_its_facts(facts: dict[str, Any], rule: str, shown: str) -> None:
    manager = UserFactory(role=IM)
    body = {
        "reporter_id": manager.pk,
        "client_id": ClientFactory().pk,
        "component_id": ComponentFactory().pk,
        "title": "Payments are slow",
        "description": "Every second payment times out",
        "category": "api_error",
        "impact_level": "high",
        "classification": facts,
    }
    made = Api(manager).post("/incidents/", body, expect=201).json()
    told = why(Incident.objects.get(pk=made["id"]), manager)

    assert (made["severity_rule"], told.startswith(SENTENCES[rule])) == (rule, True), told
    assert shown in told
    assert [each for each in SENTENCES.values() if each in told] == [SENTENCES[rule]]


def test_a_severity_that_no_clause_decided_says_what_did() -> None:
    reader = UserFactory(role=IM)
    stated = IncidentFactory(severity="P2")
    hinted = IncidentFactory(severity="P1", severity_rule="event_hint", known_facts={"event_hint": "P1"})
    lowered = IncidentFactory(severity_rule="overridden", severity_override_reason="Only a test system")

    assert why(stated, reader).startswith("It was stated; the facts alone do not give it.")
    assert why(hinted, reader).startswith("An event has the severity hint P1.")
    assert why(lowered, reader).startswith("An incident manager lowered it: Only a test system")
