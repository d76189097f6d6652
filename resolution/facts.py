"""The facts that decide readiness, read in one statement."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from changes.choices import ChangeStatus, RollbackStatus
from changes.models import ChangeRequest, RollbackRequest
from incidents.duties import is_high_severity
from incidents.models import Communication, Escalation, Incident, IncidentNote, RootCauseAnalysis, Workaround
from incidents.response.addressing import on_portal_of, reaching_contacts_of
from incidents.response.choices import (
    MITIGATING,
    AnalysisStatus,
    EscalationStatus,
    WorkaroundStatus,
)
from reporting.choices import ReportStatus, VoidReason
from reporting.models import IncidentReport
from resolution.models import MitigationConfirmation


@dataclass(frozen=True, slots=True)
class ResolutionFacts:
    """Facts from an incident's records. Every name is one of EVIDENCE."""

    worked_around: bool
    changed: bool
    rolled_back: bool
    confirmed: bool
    noted: bool
    client_reached: bool
    portal_updated: bool
    escalation_open: bool
    change_in_progress: bool
    rollback_in_progress: bool
    reviewed: bool
    reviewed_by_initiator: bool
    review_outdated: bool
    root_cause_found: bool

    @property
    def mitigated(self) -> bool:
        """Whether the impact is demonstrably mitigated (SOP 16, step 1)."""
        return self.worked_around or self.changed or self.rolled_back or self.confirmed


def _of(model: Any, *conditions: Q, **values: Any) -> Exists:
    return Exists(model.objects.filter(*conditions, incident_id=OuterRef("pk"), **values))


def _rollback(status: str) -> Q:
    """Rollbacks of an incident, directly or through the reversed change."""
    of_change = RollbackRequest.objects.filter(change_request__incident_id=OuterRef("pk"), status=status)
    return _of(RollbackRequest, status=status) | Exists(of_change)


_INITIATOR = Q(reviewed_by=F("incident__created_by")) | Q(reviewed_by=F("incident__reporter"))
_REVIEW = {"automatic": True, "voided_at__isnull": True, "status": ReportStatus.COMPLETED}
_OUTDATED = {"automatic": True, "void_reason": VoidReason.OUTDATED, "voided_at__gte": OuterRef("resolved_at")}

EVIDENCE: dict[str, Exists | Q] = {
    "worked_around": _of(Workaround, status=WorkaroundStatus.ACTIVE, effectiveness__in=MITIGATING),
    "changed": _of(ChangeRequest, status=ChangeStatus.COMPLETED),
    "rolled_back": _rollback(RollbackStatus.COMPLETED),
    "confirmed": _of(MitigationConfirmation, voided_at__isnull=True),
    "noted": _of(IncidentNote),
    "client_reached": _of(Communication, reaching_contacts_of(OuterRef("client_id"))),
    "portal_updated": _of(Communication, on_portal_of(OuterRef("client_id"))),
    "escalation_open": _of(Escalation, status=EscalationStatus.OPEN),
    "change_in_progress": _of(ChangeRequest, status=ChangeStatus.IN_PROGRESS),
    "rollback_in_progress": _rollback(RollbackStatus.IN_PROGRESS),
    "reviewed": _of(IncidentReport, **_REVIEW),
    "reviewed_by_initiator": _of(IncidentReport, _INITIATOR, **_REVIEW),
    "review_outdated": _of(IncidentReport, **_OUTDATED),
    "root_cause_found": _of(
        RootCauseAnalysis, ~Q(root_cause=""), status__in=(AnalysisStatus.COMPLETED, AnalysisStatus.APPROVED)
    ),
}


def facts_of(incident: Incident) -> ResolutionFacts:
    """The facts of an incident, in one statement."""
    return facts_by_incident([incident.pk])[incident.pk]


def facts_by_incident(ids: Iterable[int]) -> dict[int, ResolutionFacts]:
    """The facts of several incidents by their ids, in one statement."""
    asked = {field.name: EVIDENCE[field.name] for field in fields(ResolutionFacts)}
    rows = Incident.objects.filter(pk__in=list(ids)).values("pk", **asked)
    return {row.pop("pk"): ResolutionFacts(**row) for row in rows}


def is_mitigated(incident: Incident) -> bool:
    """Whether an incident's records show that its impact is mitigated, in one statement."""
    return facts_of(incident).mitigated


def needs_root_cause(incident: Incident) -> bool:
    return is_high_severity(incident) and not incident.root_cause_undetermined_reason
