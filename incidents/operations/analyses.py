"""SOP 19: Conducting Root Cause Analysis."""

from typing import Any

from core.codes import Code
from core.errors import Item, Refusal
from core.models import server_time
from core.operations.lifecycle import require_transition
from core.operations.registry import InPerson, operation
from core.verbs import Verb
from incidents.models import RootCauseAnalysis
from incidents.response.choices import ANALYSIS_MOVES, AnalysisStatus
from incidents.response.duties import not_the_analyst
from incidents.response.serializers import (
    AnalysisBody,
    AnalysisChangesBody,
    AnalysisOutput,
    CompleteAnalysisBody,
    RejectAnalysisBody,
)
from users.choices import IM, SA, TS
from users.models import User

ANALYSTS = {TS, IM, SA}


@operation(
    "rca.create",
    sop=19,
    roles=ANALYSTS,
    verb=Verb.CREATE,
    subject="rca",
    body=AnalysisBody,
    answers=AnalysisOutput,
    moves=ANALYSIS_MOVES.new(),
)
def begin_analysis(*, actor: User, **fields: Any) -> RootCauseAnalysis:
    """Start an analysis of an incident's underlying cause.

    SOP 19. Raises Refusal: invalid_reference (incident, assignee), validation_error (method).
    """
    analysis = RootCauseAnalysis(**fields)
    analysis.save()
    return analysis


@operation(
    "rca.update",
    sop=19,
    roles=ANALYSTS,
    verb=Verb.UPDATE,
    target="rca",
    body=AnalysisChangesBody,
    answers=AnalysisOutput,
    raises=[Code.PRECONDITION_FAILED],
    condition="while in_progress",
)
def update_analysis(*, actor: User, rca: RootCauseAnalysis, **changes: Any) -> RootCauseAnalysis:
    """Change an analysis that is in progress. SOP 19. Raises Refusal: precondition_failed."""
    if rca.status != AnalysisStatus.IN_PROGRESS:
        detail = f"The analysis is {rca.status}; only an analysis in progress can be changed."
        item = Item("analysis_not_in_progress", detail, "status")
        raise Refusal(Code.PRECONDITION_FAILED, detail, rule="rca_edited_while_in_progress", errors=[item])
    return rca.change(**changes)


@operation(
    "rca.complete",
    sop=19,
    roles=ANALYSTS,
    verb=Verb.UPDATE,
    target="rca",
    body=CompleteAnalysisBody,
    answers=AnalysisOutput,
    moves=ANALYSIS_MOVES.to(AnalysisStatus.COMPLETED),
)
def complete_analysis(*, actor: User, rca: RootCauseAnalysis, root_cause: str, summary: str = "") -> RootCauseAnalysis:
    """Complete an analysis with its root cause. SOP 19. Raises Refusal: invalid_transition."""
    found = {"root_cause": root_cause, "summary": summary or rca.summary}
    return _move(rca, AnalysisStatus.COMPLETED, completed_by=actor, completed_at=server_time(rca), **found)


@operation(
    "rca.approve",
    sop=19,
    roles={IM},
    verb=Verb.APPROVE,
    target="rca",
    answers=AnalysisOutput,
    moves=ANALYSIS_MOVES.to(AnalysisStatus.APPROVED),
    raises=[Code.PRECONDITION_FAILED],
    duties=[not_the_analyst],
    in_person=InPerson.ALWAYS,
    condition="not who conducted it",
)
def approve_analysis(*, actor: User, rca: RootCauseAnalysis) -> RootCauseAnalysis:
    """Approve a completed analysis with a root cause.

    SOP 19. Raises Refusal: invalid_transition, precondition_failed (no root cause, as in some imported analyses),
    segregation_of_duties.
    """
    require_transition(ANALYSIS_MOVES, rca, AnalysisStatus.APPROVED)
    _require_root_cause(rca)
    return _move(rca, AnalysisStatus.APPROVED, reviewed_by=actor, approved_at=server_time(rca))


@operation(
    "rca.reject",
    sop=19,
    roles={IM},
    verb=Verb.REJECT,
    target="rca",
    body=RejectAnalysisBody,
    answers=AnalysisOutput,
    moves=ANALYSIS_MOVES.to(AnalysisStatus.IN_PROGRESS),
    duties=[not_the_analyst],
    in_person=InPerson.ALWAYS,
    condition="not who conducted it; back to in_progress",
)
def reject_analysis(*, actor: User, rca: RootCauseAnalysis, comment: str) -> RootCauseAnalysis:
    """Return a completed analysis to work. SOP 19. Raises Refusal: invalid_transition, segregation_of_duties."""
    undone = {"completed_at": None, "completed_by": None, "reviewed_by": actor, "review_comment": comment}
    return _move(rca, AnalysisStatus.IN_PROGRESS, **undone)


def _require_root_cause(rca: RootCauseAnalysis) -> None:
    if not rca.root_cause.strip():
        detail = "The analysis has no root cause to approve."
        advice = f"Reject it, and complete it with a root cause: POST /api/v1/root-cause-analyses/{rca.pk}/reject/."
        item = Item("root_cause_missing", detail, "root_cause")
        raise Refusal(Code.PRECONDITION_FAILED, detail, rule="analysis_states_cause", errors=[item], next=advice)


def _move(rca: RootCauseAnalysis, status: AnalysisStatus, **values: Any) -> RootCauseAnalysis:
    require_transition(ANALYSIS_MOVES, rca, status)
    return rca.change(status=status, **values)
