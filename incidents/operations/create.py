"""SOP 12: Creating Incidents."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from clients.models import Client
from core.codes import Code
from core.errors import Item, Refusal
from core.operations import operation
from core.sockets import sockets
from core.verbs import Verb
from incidents.affected import set_affected_clients
from incidents.bodies import IncidentBody
from incidents.choices import INCIDENT_MOVES
from incidents.duties import own_vendors_component
from incidents.models import Incident
from incidents.serializers import IncidentDetail
from incidents.service_levels.stamping import stamp
from incidents.severity import OVERRIDDEN, STATED, Facts, Verdict, classify
from users.choices import EX, IM, SA, TS, VC
from users.models import User


@operation(
    "incident.create",
    sop=12,
    roles={IM, TS, SA, VC, EX},
    verb=Verb.CREATE,
    subject="incident",
    body=IncidentBody,
    answers=IncidentDetail,
    moves=INCIDENT_MOVES.new(),
    duties=[own_vendors_component],
    raises=[Code.DUPLICATE_OPEN_INCIDENT, Code.SEVERITY_MISMATCH],
    condition="VC: only on components of the own vendor's products",
)
def create_incident(
    *,
    actor: User,
    severity: str | None = None,
    classification: dict[str, Any] | None = None,
    affected_clients: Iterable[Client] = (),
    **fields: Any,
) -> Incident:
    """Initiate an incident record for a detected service impact.

    SOP 12. The severity follows from the stated facts, or is the stated one where no facts are given. Raises Refusal:
    duplicate_open_incident, severity_mismatch, invalid_reference, out_of_scope.
    """
    level, rule = _severity(actor, severity, classification, fields.get("severity_override_reason", ""))
    fields.setdefault("detected_at", timezone.now())
    incident = Incident(
        severity=level,
        peak_severity=level,
        severity_rule=rule,
        classification=classification or {},
        vendor_initiated=actor.role == VC,
        **fields,
    )
    stamp(incident)
    incident.save()
    set_affected_clients(incident, affected_clients, new=True)
    sockets.changed(incident)
    return incident


def _severity(actor: User, stated: str | None, facts: dict[str, Any] | None, reason: str) -> tuple[str, str]:
    """The severity and the rule that decided it. Raises Refusal (422 severity_mismatch)."""
    if stated is not None and not facts:  # no fact at all contradicts nothing
        return stated, STATED
    facts = facts or {}
    verdict = classify(Facts(**facts))
    if stated is None or stated == verdict.severity:
        return str(verdict.severity), verdict.rule
    if actor.role == IM and reason:
        return stated, OVERRIDDEN
    raise _mismatch(stated, verdict)


def _mismatch(stated: str, verdict: Verdict) -> Refusal:
    detail = f"The stated facts give {verdict.severity} ({verdict.rule}), not {stated}. {' '.join(verdict.reasons)}"
    item = Item("severity_mismatch", detail, "severity", verdict.as_dict())
    advice = f"State {verdict.severity} or no severity; an incident manager may give severity_override_reason."
    return Refusal(Code.SEVERITY_MISMATCH, detail, rule="severity_classification", errors=[item], next=advice)
