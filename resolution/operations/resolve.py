"""SOP 16: Resolving Incidents."""

from collections.abc import Iterable

from core.codes import Code
from core.hooks import hooks
from core.models import server_time
from core.operations.registry import operation
from core.operations.results import Answer
from core.verbs import Verb
from incidents.choices import INCIDENT_MOVES, IncidentStatus
from incidents.models import Incident, IncidentLink
from incidents.response.choices import LinkedType
from incidents.service_levels.timers import change_stamped
from resolution.bodies import ResolveBody
from resolution.duplicates import add_affected_clients
from resolution.duties import code_without_evidence_by_manager
from resolution.postmortems import capture_postmortem
from resolution.readiness import require_ready
from resolution.serializers import ResolvedIncident
from resolution.stakeholders import notify_resolution
from users.choices import EX, IM, TS
from users.models import User


@operation(
    "incident.resolve",
    sop=16,
    roles={IM, TS, EX},
    verb=Verb.RESOLVE,
    target="incident",
    body=ResolveBody,
    answers=ResolvedIncident,
    moves=INCIDENT_MOVES.to(IncidentStatus.RESOLVED),
    duties=[code_without_evidence_by_manager],
    raises=[Code.INVALID_REFERENCE, Code.PRECONDITION_FAILED],
    condition="resolution_code without mitigation evidence: IM only",
)
def resolve_incident(
    *,
    actor: User,
    incident: Incident,
    resolution_summary: str,
    resolution_code: str = "",
    duplicate_of: Incident | None = None,
    change_ids: Iterable[int] = (),
    article_ids: Iterable[int] = (),
) -> Answer:
    """Mark an incident as resolved, start its postmortem and record the notifications of its stakeholders.

    SOP 16. Raises Refusal: invalid_transition, precondition_failed (with everything that is missing),
    role_not_permitted (a resolution_code without evidence), invalid_reference.
    """
    case = require_ready(actor, incident, IncidentStatus.RESOLVED, resolution_code=resolution_code)
    if duplicate_of is not None:
        add_affected_clients(incident, duplicate_of)
    change_stamped(
        incident,
        status=IncidentStatus.RESOLVED,
        resolved_at=server_time(incident),
        resolved_by_id=actor.pk,
        resolution_summary=resolution_summary,
        resolution_code=resolution_code,
        mitigation_stated=case.excused,
        duplicate_of=duplicate_of,
    )
    _link(incident, {LinkedType.CHANGE_REQUEST: change_ids, LinkedType.KB_ARTICLE: article_ids})
    hooks.changed(incident)
    notify_resolution(incident, actor)
    report = capture_postmortem(incident, actor)
    return Answer(incident, {"postmortem_report_id": report.pk})


def _link(incident: Incident, named: dict[LinkedType, Iterable[int]]) -> None:
    """Add links that do not exist yet."""
    links = IncidentLink.objects.filter(incident=incident)
    known = set(links.values_list("reference_type", "reference_id"))
    for kind, ids in named.items():
        for pk in ids:
            if (kind, pk) not in known:
                IncidentLink(incident=incident, reference_type=kind, reference_id=pk).save()
