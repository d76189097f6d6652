"""SOP 13: a pure function of the known facts."""

from typing import Any

LEVELS = ("P1", "P2", "P3", "P4")
ENTERPRISE = 5
YES_OR_NO = (
    "complete_outage",
    "business_critical",
    "has_workaround",
    "regulatory_safety_or_financial_impact",
    "major_degradation",
    "multiple_departments_or_sites",
    "sla_breach_risk",
    "localized",
    "moderate_degradation",
)


def worse(one: str, other: str) -> bool:
    return LEVELS.index(one) < LEVELS.index(other)


def worst(*levels: str) -> str:
    return min(levels, key=LEVELS.index)


def severity_of(facts: dict[str, Any], clients: int, high_priority: bool) -> str:
    outage = facts.get("complete_outage")
    if (
        (outage and facts.get("business_critical") and not facts.get("has_workaround"))
        or max(clients, facts.get("affected_clients", 0)) >= ENTERPRISE
        or facts.get("regulatory_safety_or_financial_impact")
        or high_priority
    ):
        return "P1"
    if outage or any(
        facts.get(name) for name in ("major_degradation", "multiple_departments_or_sites", "sla_breach_risk")
    ):
        return "P2"
    if facts.get("localized") or facts.get("moderate_degradation"):
        return "P3"
    return "P4"
