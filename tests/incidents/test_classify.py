"""SOP 13: Severity Classification Process."""

from dataclasses import asdict, replace
from itertools import product

import pytest

from audit.models import AuditEntry
from clients.choices import Severity
from incidents.bodies import FactsBody
from incidents.severity import CLAUSES, FACTS, Facts, classify
from tests.api import fields
from users.choices import Role

# Every combination of facts: the counts of clients are the ones around the bound.
COUNTS = (0, 1, 4, 5, 6)
FLAGS = [name for name in FACTS if name != "affected_clients"]
ALL = [
    Facts(affected_clients=count, **dict(zip(FLAGS, flags, strict=True)))
    for count in COUNTS
    for flags in product((False, True), repeat=len(FLAGS))
]

EXPECTED = [
    ({"complete_outage": True, "business_critical": True}, "P1", "critical_outage_without_workaround"),
    ({"affected_clients": 5}, "P1", "enterprise_wide"),
    ({"regulatory_safety_or_financial_impact": True}, "P1", "regulatory_safety_or_financial"),
    ({"high_priority_client": True}, "P1", "high_priority_client"),
    ({"complete_outage": True, "business_critical": True, "has_workaround": True}, "P2", "complete_outage"),
    ({"complete_outage": True}, "P2", "complete_outage"),
    ({"major_degradation": True, "has_workaround": True}, "P2", "major_degradation"),
    ({"major_degradation": True}, "P2", "major_degradation"),
    ({"multiple_departments_or_sites": True}, "P2", "multiple_departments_or_sites"),
    ({"sla_breach_risk": True}, "P2", "sla_breach_risk"),
    ({"localized": True}, "P3", "localized_impact"),
    ({"moderate_degradation": True, "has_workaround": True}, "P3", "moderate_degradation"),
    ({"affected_clients": 4, "business_critical": True}, "P4", "minor_issue"),
    ({}, "P4", "minor_issue"),
]


@pytest.mark.parametrize(("facts", "severity", "rule"), EXPECTED)
def test_each_clause_decides(facts, severity, rule):
    verdict = classify(Facts(**facts))
    assert (verdict.severity, verdict.rule) == (severity, rule)
    assert verdict.reasons


def test_every_clause_is_among_the_expectations():
    assert {clause.rule for clause in CLAUSES} == {rule for _, _, rule in EXPECTED}


def test_clauses_are_ordered_by_severity():
    severities = [clause.severity for clause in CLAUSES]
    assert severities == sorted(severities)


def test_a_worse_fact_never_lowers_the_severity():
    """Exhaustively: every single step towards the worse, from every combination of facts."""
    severity = {facts: classify(facts).severity for facts in ALL}
    for facts in ALL:
        worse = [replace(facts, **{name: name != "has_workaround"}) for name in FLAGS]
        worse += [replace(facts, affected_clients=count) for count in COUNTS if count > facts.affected_clients]
        assert all(severity[each] <= severity[facts] for each in worse), facts


def test_reasons_are_all_clauses_of_the_deciding_severity():
    verdict = classify(Facts(high_priority_client=True, affected_clients=9, localized=True))
    assert verdict.rule == "enterprise_wide"
    assert len(verdict.reasons) == 2


def test_the_body_states_exactly_the_facts():
    assert set(FactsBody().fields) == set(asdict(Facts()))


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role.values)
def test_everyone_may_classify_and_nothing_is_written(api, role):
    caller = api(role)
    before = AuditEntry.objects.count()
    answer = caller.post("/incidents/classify/", {"complete_outage": True, "has_workaround": False}, expect=200)
    assert answer.json() == {
        "severity": Severity.P2,
        "rule": "complete_outage",
        "reasons": ["A complete outage of a service that is not business-critical, or has a workaround."],
    }
    assert AuditEntry.objects.count() == before


@pytest.mark.django_db
def test_facts_are_read_strictly(api):
    given = {"complete_outage": "yes", "affected_clients": -1, "gut_feeling": True}
    refused = api(Role.INCIDENT_MANAGER).post("/incidents/classify/", given, expect=400, code="validation_error")
    assert fields(refused) == set(given)
