"""SOP 13 for a record: facts belong to the incident, and every change of facts reclassifies it.

Facts are stated (`classification`) or known to the server (`known_facts`: the number of affected clients, whether one
of them has a high-priority contract, the highest hint of its events). Stated facts can only add to known facts.
Severity and peak rise with the facts and never fall automatically. After an incident manager has lowered a severity,
only new facts raise it: clauses that already applied do not.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from clients.priority import high_priority_clients
from core.codes import Code
from core.errors import Item, Refusal
from incidents.models import AffectedClient, Incident
from incidents.severity import (
    OVERRIDDEN,
    STATED,
    Classification,
    Clause,
    Facts,
    classify,
    higher_of,
    hint_clause,
    holding,
    lower,
    verdict_of,
)

AFFECTED, HIGH_PRIORITY, HINT = "affected_clients", "high_priority_client", "event_hint"


@dataclass(frozen=True, slots=True)
class Basis:
    """The facts of an incident before a change."""

    classification: Mapping[str, Any]
    known_facts: Mapping[str, Any]


def basis_of(incident: Incident) -> Basis:
    return Basis(dict(incident.classification), dict(incident.known_facts))


def known_facts(client_ids: Collection[int], hint: str = "", *, high_priority: bool | None = None) -> dict[str, Any]:
    """The server's own facts about an incident that affects these clients; one statement, unless the caller knows
    whether one of them has a high-priority contract.
    """
    marked = bool(high_priority_clients(client_ids)) if high_priority is None else high_priority
    known: dict[str, Any] = {AFFECTED: len(client_ids), HIGH_PRIORITY: marked}
    return {**known, HINT: hint} if hint else known


def affected_ids(incident: Incident) -> set[int]:
    """The clients affected by an incident, including its own."""
    further = AffectedClient.objects.current().filter(incident_id=incident.pk).order_by()
    return {incident.client_id, *further.values_list("client_id", flat=True)}


def classify_new(incident: Incident, stated: str | None, known: dict[str, Any]) -> Refusal | None:
    """Set the severity of a new incident; returns the refusal (422) of a stated one that is too low.

    It is returned, not raised, because a duplicate must be reported first, and only the database detects duplicates.
    """
    incident.known_facts = known
    verdict = _verdict(incident)
    incident.severity = incident.peak_severity = str(verdict.severity) if stated is None else stated
    given = incident.severity == verdict.severity and _anything_known(incident, verdict)
    incident.severity_rested_on_facts = given
    incident.severity_rule = verdict.rule if given or stated is None else STATED
    return _mismatch(incident.severity, verdict) if lower(incident.severity, verdict.severity) else None


def reclassify(incident: Incident, before: Basis, client_ids: Collection[int] | None = None) -> None:
    """Raise severity and peak with the facts, without saving. Call it when facts or affected clients have changed.

    `client_ids` are the affected clients, if the caller knows them.
    """
    hint = incident.known_facts.get(HINT, "")
    incident.known_facts = known_facts(affected_ids(incident) if client_ids is None else client_ids, hint)
    verdict = _verdict(incident)
    incident.peak_severity = higher_of(incident.peak_severity, verdict.severity)
    _rise(incident, _decisive(incident, before))
    if incident.severity == verdict.severity and _anything_known(incident, verdict):
        incident.severity_rested_on_facts = True
        incident.severity_rule = verdict.rule if incident.severity_rule == STATED else incident.severity_rule


def contradiction(incident: Incident, stated: str, before: Basis) -> Refusal | None:
    """The refusal (422) of a severity below the classification of the same request's facts."""
    verdict = _decisive(incident, before)
    return _mismatch(stated, verdict) if verdict is not None and lower(stated, verdict.severity) else None


def raise_by_hint(incident: Incident, hint: str) -> str:
    """Raise an incident by the hint of a newly linked event, without saving.

    Returns the reason, or an empty string if it is not raised.
    """
    if not hint:
        return ""
    highest = higher_of(hint, incident.known_facts.get(HINT) or hint)
    incident.known_facts = {**incident.known_facts, HINT: highest}
    was, verdict = incident.severity, verdict_of((hint_clause(hint),))
    incident.peak_severity = higher_of(incident.peak_severity, hint)
    _rise(incident, verdict)
    if incident.severity == hint:
        incident.severity_rested_on_facts = True
    if incident.severity == was:
        return ""
    return f"{verdict.reasons[0]} It raises {incident.incident_code} from {was} to {hint} ({verdict.rule})."


def _rise(incident: Incident, verdict: Classification | None) -> None:
    if verdict is None or not lower(incident.severity, verdict.severity):
        return
    incident.severity, incident.severity_rule = str(verdict.severity), verdict.rule
    incident.peak_severity = higher_of(incident.peak_severity, incident.severity)


def _verdict(incident: Incident) -> Classification:
    return verdict_of(_clauses(incident.classification, incident.known_facts))


def _decisive(incident: Incident, before: Basis) -> Classification | None:
    """The classification by the current facts; after a lowering, only by the new ones; None if there are none."""
    clauses = _clauses(incident.classification, incident.known_facts)
    if incident.severity_rule == OVERRIDDEN:
        held = {each.rule for each in _clauses(before.classification, before.known_facts)}
        clauses = tuple(each for each in clauses if each.rule not in held)
    return verdict_of(clauses) if clauses else None


def joint_facts(stated: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Stated and known facts together; neither takes anything from the other. The hint of events is not among them."""
    return {
        **stated,
        AFFECTED: max(stated.get(AFFECTED, 0), known.get(AFFECTED, 0)),
        HIGH_PRIORITY: bool(stated.get(HIGH_PRIORITY) or known.get(HIGH_PRIORITY)),
    }


def _clauses(stated: Mapping[str, Any], known: Mapping[str, Any]) -> tuple[Clause, ...]:
    return holding(Facts(**joint_facts(stated, known)), known.get(HINT, ""))


def _anything_known(incident: Incident, verdict: Classification) -> bool:
    """Whether any fact is stated or known; without one, the severity is not based on facts."""
    return bool(incident.classification) or bool(incident.known_facts.get(HINT)) or verdict != classify(Facts())


def _mismatch(stated: str, verdict: Classification) -> Refusal:
    detail = f"The facts classify as {verdict.severity} ({verdict.rule}), not {stated}. {' '.join(verdict.reasons)}"
    item = Item("severity_mismatch", detail, "severity", verdict.as_dict())
    advice = (
        f"Send {verdict.severity} or omit the severity. An incident manager who is not an initiator of the incident "
        "can lower it later."
    )
    return Refusal(Code.SEVERITY_MISMATCH, detail, rule="severity_classification", errors=[item], next=advice)
