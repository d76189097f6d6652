"""SOP 13: Severity Classification Process, as a pure function of facts.

The clauses are a table, most severe first; the first that applies decides. All predicates are monotonic: a worse fact
never lowers the severity. Missing facts count as false; an unstated workaround does not exist. The hint of an event is
one more clause.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from clients.choices import Severity

# An incident that affects at least this many clients counts as enterprise-wide.
ENTERPRISE_WIDE = 5


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts about an incident's impact."""

    complete_outage: bool = False
    business_critical: bool = False
    has_workaround: bool = False
    affected_clients: int = 0
    regulatory_safety_or_financial_impact: bool = False
    high_priority_client: bool = False
    major_degradation: bool = False
    multiple_departments_or_sites: bool = False
    sla_breach_risk: bool = False
    localized: bool = False
    moderate_degradation: bool = False


FACTS = tuple(field.name for field in fields(Facts))


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of the process: its severity, its name, its sentence, and its predicate."""

    severity: Severity
    rule: str
    sentence: str
    holds: Callable[[Facts], bool]


_P1, _P2, _P3, _P4 = Severity.P1, Severity.P2, Severity.P3, Severity.P4

CLAUSES: tuple[Clause, ...] = (
    Clause(
        _P1,
        "critical_outage_without_workaround",
        "A complete outage of a business-critical service without workaround.",
        lambda facts: facts.complete_outage and facts.business_critical and not facts.has_workaround,
    ),
    Clause(
        _P1,
        "enterprise_wide",
        f"It affects the entire enterprise ({ENTERPRISE_WIDE} or more clients).",
        lambda facts: facts.affected_clients >= ENTERPRISE_WIDE,
    ),
    Clause(
        _P1,
        "regulatory_safety_or_financial",
        "It has regulatory, safety or financial impact.",
        lambda facts: facts.regulatory_safety_or_financial_impact,
    ),
    Clause(
        _P1,
        "high_priority_client",
        "It affects a high-priority contractual client.",
        lambda facts: facts.high_priority_client,
    ),
    Clause(
        _P2,
        "complete_outage",
        "A complete outage of a service that is not business-critical, or has a workaround.",
        lambda facts: facts.complete_outage,
    ),
    Clause(_P2, "major_degradation", "A major degradation.", lambda facts: facts.major_degradation),
    Clause(
        _P2,
        "multiple_departments_or_sites",
        "Multiple departments or sites are affected.",
        lambda facts: facts.multiple_departments_or_sites,
    ),
    Clause(
        _P2, "sla_breach_risk", "A service-level agreement is at risk of breach.", lambda facts: facts.sla_breach_risk
    ),
    Clause(_P3, "localized_impact", "The impact is localized.", lambda facts: facts.localized),
    Clause(_P3, "moderate_degradation", "A moderate degradation.", lambda facts: facts.moderate_degradation),
    Clause(_P4, "minor_issue", "A minor or low-impact issue.", lambda facts: True),
)

# The rule of a severity that no clause decided.
STATED = "stated"
OVERRIDDEN = "overridden"
EVENT_HINT = "event_hint"


@dataclass(frozen=True, slots=True)
class Classification:
    """The severity, the clause that decided it, and the sentences of all applicable clauses with this severity."""

    severity: Severity
    rule: str
    reasons: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"severity": str(self.severity), "rule": self.rule, "reasons": list(self.reasons)}


def classify(facts: Facts, hint: str = "") -> Classification:
    """The severity of these facts and the highest hint of any event. SOP 13."""
    return verdict_of(holding(facts, hint))


def holding(facts: Facts, hint: str = "") -> tuple[Clause, ...]:
    """Every applicable clause, most severe first; there is always one."""
    hints = (hint_clause(hint),) if hint else ()
    return tuple(sorted((*hints, *(each for each in CLAUSES if each.holds(facts))), key=_rank))


def hint_clause(hint: str) -> Clause:
    return Clause(Severity(hint), EVENT_HINT, f"An event has the severity hint {hint}.", lambda facts: True)


def verdict_of(clauses: tuple[Clause, ...]) -> Classification:
    """The classification by applicable clauses, most severe first."""
    decisive = clauses[0]
    reasons = tuple(clause.sentence for clause in clauses if clause.severity == decisive.severity)
    return Classification(decisive.severity, decisive.rule, reasons)


def lower(one: str, other: str) -> bool:
    """Whether the first severity is lower than the second: P4 is the lowest, P1 the highest."""
    return one > other


def higher_of(one: str, other: str) -> str:
    return min(one, other)


def _rank(clause: Clause) -> tuple[str, bool]:
    """By severity; among equals, facts take precedence over the hint."""
    return clause.severity, clause.rule == EVENT_HINT
