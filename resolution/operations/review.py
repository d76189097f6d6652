"""SOP 16, step 6: the review of the postmortem, which is required before closing."""

from core.codes import Code
from core.errors import Item, Refusal
from core.models import server_time
from core.operations.lifecycle import require_transition
from core.operations.registry import InPerson, operation
from core.verbs import Verb
from incidents.choices import IncidentStatus
from incidents.duties import not_an_initiator
from incidents.models import Incident
from reporting.choices import REPORT_MOVES, ReportStatus
from reporting.models import IncidentReport
from reporting.postmortem import postmortem_digest, postmortem_of
from reporting.serializers import ReportDetail
from resolution.bodies import PostmortemReviewBody
from resolution.duties import not_the_resolver
from users.choices import EX, IM
from users.models import User


@operation(
    "postmortem.review",
    sop=16,
    roles={IM, EX},
    verb=Verb.REVIEW,
    target="incident_report",
    body=PostmortemReviewBody,
    answers=ReportDetail,
    moves=REPORT_MOVES.to(ReportStatus.COMPLETED),
    duties=[not_the_resolver, not_an_initiator],
    in_person=InPerson.ALWAYS,
    raises=[Code.PRECONDITION_FAILED],
    condition="not who resolved; high severity, or severity only stated: not an initiator",
)
def review_postmortem(*, actor: User, incident_report: IncidentReport, comment: str = "") -> IncidentReport:
    """Accept the postmortem draft of a resolved incident: its content is frozen, with its digest.

    SOP 16. Raises Refusal: invalid_transition, precondition_failed, segregation_of_duties.
    """
    _require_postmortem(incident_report)
    require_transition(REPORT_MOVES, incident_report, ReportStatus.COMPLETED)
    _require_resolved(incident_report)
    content = postmortem_of(incident_report.incident_id)
    return incident_report.change(
        status=ReportStatus.COMPLETED,
        content=content,
        digest=postmortem_digest(content),
        reviewed_by_id=actor.pk,
        reviewed_at=server_time(incident_report),
        review_comment=comment,
    )


def _require_postmortem(report: IncidentReport) -> None:
    if not report.automatic:
        raise _refused("not_a_postmortem_draft", "Only a postmortem created by a resolution can be reviewed.")
    if report.voided_at is not None:
        raise _refused(
            "postmortem_voided", "A reopening or a later change voided this postmortem; review the current one."
        )


def _require_resolved(report: IncidentReport) -> None:
    """Read the report again, without a lock. A reopening locks the report as well, so it runs entirely before or
    after.
    """
    status = Incident.objects.values_list("status", flat=True).get(pk=report.incident_id)
    if status != IncidentStatus.RESOLVED:
        raise _refused(
            "incident_not_resolved", f"The incident is {status}; its postmortem can be reviewed once it is resolved."
        )


def _refused(code: str, detail: str) -> Refusal:
    return Refusal(Code.PRECONDITION_FAILED, detail, rule="postmortem_review", errors=[Item(code, detail)])
