"""Segregation of duties, checked on an incident's records afterwards: a table of named checks.

The server refuses violations; these checks detect them in imported records, or after a defect.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from approvals.models import Approval
from changes.models import ChangeRequest, RollbackRequest
from incidents.duties import is_high_severity
from incidents.models import Incident, RootCauseAnalysis
from reporting.models import IncidentReport

HELD, BROKEN, NOT_APPLICABLE = "held", "broken", "not applicable"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The records of one incident with decisions, in one statement each."""

    incident: Incident
    approvals: list[Approval]
    changes: list[ChangeRequest]
    rollbacks: list[RollbackRequest]
    analyses: list[RootCauseAnalysis]
    reviews: list[IncidentReport]


@dataclass(frozen=True, slots=True)
class Check:
    """A rule, its records, and a predicate for a violation."""

    rule: str
    about: Callable[[Evidence], list[Any]]
    broken: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class DutyOutcome:
    rule: str
    records: int
    result: str
    where: str


def _initiators(incident: Incident) -> set[int]:
    return {incident.created_by_id, incident.reporter_id}


def _closed_high(evidence: Evidence) -> list[Incident]:
    incident = evidence.incident
    return [incident] if is_high_severity(incident) and incident.closed_by_id is not None else []


def _reviewed_high(evidence: Evidence) -> list[IncidentReport]:
    return evidence.reviews if is_high_severity(evidence.incident) else []


def _decided(records: list[Any]) -> list[Any]:
    return [each for each in records if each.approved_by_id is not None]


CHECKS: tuple[Check, ...] = (
    Check(
        "An incident of high severity is closed by someone who did not initiate it",
        _closed_high,
        lambda incident: incident.closed_by_id in _initiators(incident),
    ),
    Check(
        "A postmortem is not reviewed by the resolver of the incident",
        lambda evidence: evidence.reviews,
        lambda report: report.reviewed_by_id == report.incident.resolved_by_id,
    ),
    Check(
        "The postmortem of an incident of high severity is not reviewed by an initiator",
        _reviewed_high,
        lambda report: report.reviewed_by_id in _initiators(report.incident),
    ),
    Check(
        "A change is not decided by its requester",
        lambda evidence: _decided(evidence.changes),
        lambda change: change.approved_by_id == change.requested_by_id,
    ),
    Check(
        "A rollback is not decided by its requester",
        lambda evidence: _decided(evidence.rollbacks),
        lambda rollback: rollback.approved_by_id == rollback.requested_by_id,
    ),
    Check(
        "An analysis is not approved by its author",
        lambda evidence: [each for each in evidence.analyses if each.reviewed_by_id is not None],
        lambda analysis: analysis.reviewed_by_id in {analysis.assigned_to_id, analysis.completed_by_id},
    ),
    Check(
        "An approval is not decided by its requester",
        lambda evidence: [each for each in evidence.approvals if each.approver_id is not None],
        lambda approval: approval.approver_id == approval.requester_id,
    ),
)


def outcomes(evidence: Evidence) -> list[DutyOutcome]:
    """The result of each check."""
    return [_outcome(check, evidence) for check in CHECKS]


def _outcome(check: Check, evidence: Evidence) -> DutyOutcome:
    records = check.about(evidence)
    broken = [each for each in records if check.broken(each)]
    result = BROKEN if broken else HELD if records else NOT_APPLICABLE
    return DutyOutcome(check.rule, len(records), result, ", ".join(f"{each.entity_type} {each.pk}" for each in broken))
