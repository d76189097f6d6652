"""SOP 16, step 6: Close incident after review."""

from core.codes import Code
from core.hooks import hooks
from core.models import server_time
from core.operations.registry import operation
from core.verbs import Verb
from incidents.choices import INCIDENT_MOVES, IncidentStatus
from incidents.duties import high_severity, not_an_initiator
from incidents.models import Incident
from incidents.serializers import IncidentDetail
from resolution.bodies import CloseBody
from resolution.duties import high_severity_closed_by_higher_authority
from resolution.readiness import require_ready
from users.choices import EX, IM, TS
from users.models import User


@operation(
    "incident.close",
    sop=16,
    roles={IM, EX, TS},
    verb=Verb.CLOSE,
    target="incident",
    body=CloseBody,
    answers=IncidentDetail,
    moves=INCIDENT_MOVES.to(IncidentStatus.CLOSED),
    duties=[high_severity_closed_by_higher_authority, not_an_initiator],
    in_person=high_severity,
    raises=[Code.PRECONDITION_FAILED],
    condition="TS: peak severity P3 or P4; high severity, or severity only stated: not an initiator",
)
def close_incident(*, actor: User, incident: Incident) -> Incident:
    """Close a resolved incident whose postmortem is reviewed; closed is final.

    SOP 16. Raises Refusal: invalid_transition, precondition_failed (not_mitigated, postmortem_outdated,
    postmortem_not_reviewed, root_cause_missing), segregation_of_duties, role_not_permitted.
    """
    require_ready(actor, incident, IncidentStatus.CLOSED)
    incident.change(status=IncidentStatus.CLOSED, closed_at=server_time(incident), closed_by_id=actor.pk)
    hooks.changed(incident)
    return incident
