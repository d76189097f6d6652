"""SOP 12: Creating Incidents."""

from collections.abc import Collection, Iterable
from typing import Any

from django.utils import timezone

from clients.agreement_lookup import ApplicableAgreement
from clients.models import Client
from clients.opening_terms import opening_terms
from clients.terms import hold_terms
from core.codes import Code
from core.hooks import hooks
from core.operations.registry import operation
from core.verbs import Verb
from incidents.affected import set_affected_clients
from incidents.bodies import IncidentBody
from incidents.choices import INCIDENT_MOVES, DetectionSource
from incidents.duties import own_vendors_component
from incidents.models import Incident
from incidents.serializers import IncidentDetail
from incidents.service_levels.timers import stamp
from incidents.severity_updates import classify_new, known_facts
from users.choices import CC, EX, IM, SA, TS, VC
from users.models import User

# The default detection source, by the reporter's role.
INTERNALLY = DetectionSource.INTERNALLY_DETECTED
SOURCE_OF_ROLE: dict[str, str] = {CC: DetectionSource.CLIENT_REPORTED, VC: DetectionSource.VENDOR_REPORTED}


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
    condition="VC: only on components of the own vendor's products; no severity below what the facts give",
)
def create_incident(
    *,
    actor: User,
    client: Client,
    reporter: User,
    severity: str | None = None,
    classification: dict[str, Any] | None = None,
    event_hint: str = "",
    affected_clients: Iterable[Client] = (),
    **fields: Any,
) -> Incident:
    """Create an incident record for a detected service impact.

    SOP 12. The severity follows from the stated facts and those known to the server; a higher one may be stated.
    `event_hint` is the highest hint of the events that require the incident. Raises Refusal: duplicate_open_incident,
    severity_mismatch, invalid_reference, out_of_scope.
    """
    fields.setdefault("detected_at", timezone.now())
    fields["detection_source"] = fields.get("detection_source") or SOURCE_OF_ROLE.get(reporter.role, INTERNALLY)
    incident = Incident(
        client=client,
        reporter=reporter,
        classification=classification or {},
        vendor_initiated=actor.role == VC,
        **fields,
    )
    further = list(affected_clients)
    terms, known = _terms_and_facts(incident, {client.pk, *(each.pk for each in further)}, event_hint)
    refusal = classify_new(incident, severity, known)
    stamp(incident, terms)
    incident.save()
    if refusal is not None:
        raise refusal
    set_affected_clients(incident, further, new=True)
    hooks.changed(incident)
    incident.affected_at_creation = sorted(each.pk for each in further)
    return incident


def _terms_and_facts(
    incident: Incident, clients: Collection[int], hint: str
) -> tuple[list[ApplicableAgreement] | None, dict[str, Any]]:
    """Hold the terms of these clients. Returns the agreements, where one statement finds them with the facts, and the
    facts.
    """
    if incident.component is None or len(clients) > 1:
        hold_terms(clients)
        return None, known_facts(clients, hint)
    terms = opening_terms(incident.client_id, incident.component.product_id)
    return terms.agreements, known_facts(clients, hint, high_priority=terms.high_priority)
