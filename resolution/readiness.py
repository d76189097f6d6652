"""What must hold before an incident is resolved or closed: a table of data, all that is missing shown at once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from core.codes import Code
from core.errors import Item, Refusal
from incidents.choices import INCIDENT_MOVES, IncidentStatus
from incidents.duties import needs_another_person
from incidents.lifecycle import require_move
from incidents.models import Incident
from resolution.facts import ResolutionFacts, facts_of, needs_root_cause
from resolution.postmortems import contradicts, void_if_outdated
from resolution.scope import everyone, staff, staff_and_client, staff_and_vendor
from users.choices import IM


@dataclass(frozen=True, slots=True)
class Case:
    """An incident, what its records show, whether they contradict its reviewed postmortem, and what stands for
    evidence of mitigation: the word of an incident manager, given now or at the resolution."""

    incident: Incident
    facts: ResolutionFacts
    contradicted: bool = False
    excused: bool = False

    @property
    def mitigated(self) -> bool:
        return self.facts.mitigated or self.excused or self.incident.mitigation_stated

    @property
    def outdated(self) -> bool:
        """Whether there was a review of this resolution that its records contradict by now."""
        return self.contradicted or (self.facts.review_outdated and not self.facts.reviewed)


@dataclass(frozen=True, slots=True)
class Precondition:
    """One thing that must hold: the code and the sentence for when it does not, when it does, and who may know."""

    code: str
    sentence: str
    holds: Callable[[Case], bool]
    told_to: Callable[[Any, Incident], bool] = staff


MITIGATED = Precondition(
    "not_mitigated",
    "Nothing shows that the impact is mitigated: record an active workaround that is at least partially effective, "
    "complete a change or rollback of the incident, or let a client contact confirm it. An incident manager may "
    "instead resolve it with a resolution_code, with a note on the incident as evidence.",
    lambda case: case.mitigated,
    everyone,
)

TO_RESOLVE: tuple[Precondition, ...] = (
    MITIGATED,
    Precondition(
        "client_not_informed",
        "The client is not informed: record a portal update addressed to client_contact, or a communication to one of "
        "the client's contacts that was sent or delivered.",
        lambda case: case.facts.client_reached or case.facts.portal_updated,
        staff_and_client,
    ),
    Precondition(
        "escalation_open",
        "An escalation is open: its target or an incident manager acknowledges it first.",
        lambda case: not case.facts.escalation_open,
    ),
    Precondition(
        "change_in_progress",
        "A change of the incident is in progress: complete or fail it first.",
        lambda case: not case.facts.change_in_progress,
        staff_and_vendor,
    ),
    Precondition(
        "rollback_in_progress",
        "A rollback of the incident is in progress: complete or reject it first.",
        lambda case: not case.facts.rollback_in_progress,
        staff_and_vendor,
    ),
)

TO_CLOSE: tuple[Precondition, ...] = (
    MITIGATED,
    Precondition(
        "postmortem_outdated",
        "The postmortem's data has changed since its review. Draft it again and have it reviewed.",
        lambda case: not case.outdated,
        staff_and_client,
    ),
    Precondition(
        "postmortem_not_reviewed",
        "The postmortem is not reviewed by a person who may: it is reviewed with POST /incident-reports/{id}/review/. "
        "Where an initiator reviewed it before the severity became high, reopen the incident and resolve it again.",
        lambda case: case.outdated or _is_reviewed(case),
        staff_and_client,
    ),
    Precondition(
        "root_cause_missing",
        "The highest severity asks for the root cause: complete an analysis, or state root_cause_undetermined_reason.",
        lambda case: case.facts.root_cause_found or not needs_root_cause(case.incident),
        staff_and_vendor,
    ),
)


def _is_reviewed(case: Case) -> bool:
    """Whether a person reviewed the postmortem who may, by the severity that the incident has had since."""
    return case.facts.reviewed and not (case.facts.reviewed_by_initiator and needs_another_person(case.incident))


# What is asked for each status that an incident can be brought to, and the policy's rule behind it.
PRECONDITIONS = {IncidentStatus.RESOLVED: TO_RESOLVE, IncidentStatus.CLOSED: TO_CLOSE}
RULES = {IncidentStatus.RESOLVED: "ready_to_resolve", IncidentStatus.CLOSED: "ready_to_close"}


# What a contact is told instead of all that rests on records which the contact may not read.
UNDISCLOSED = Item("not_disclosed", "Something else is missing that concerns the provider's inner work.")


def missing(case: Case, status: IncidentStatus) -> list[Precondition]:
    """What is missing before an incident may reach a status, in the order of the table."""
    return [each for each in PRECONDITIONS[status] if not each.holds(case)]


def require_ready(actor: Any, incident: Incident, status: IncidentStatus, *, resolution_code: str = "") -> Case:
    """Refuse unless an incident may reach a status now, naming everything that is missing; returns the case.

    A review that turns out to be outdated is voided, whatever becomes of the request.
    Raises Refusal: invalid_transition, precondition_failed.
    """
    unsupervised = _blocked(incident, status, raising=Code.INVALID_TRANSITION)
    facts = facts_of(incident)
    excused = bool(resolution_code) and actor.role == IM and facts.noted
    case = Case(incident, facts, facts.reviewed and contradicts(incident), excused)
    items = [*unsupervised, *map(_item, missing(case, status))]
    if items:
        detail = f"{incident.incident_code} cannot become {status}: {', '.join(item.code for item in items)}."
        refusal = Refusal(Code.PRECONDITION_FAILED, detail, rule=RULES[status], errors=items)
        refusal.afterwards = partial(void_if_outdated, incident.pk) if case.contradicted else None
        raise refusal
    return case


def readiness_of(incident: Incident, viewer: Any) -> dict[str, Any]:
    """How far an incident is from being resolved and closed, as far as the viewer may know. SOP 16."""
    facts = facts_of(incident)
    case = Case(incident, facts, facts.reviewed and contradicts(incident))
    return {
        "resolve": _verdict(case, IncidentStatus.RESOLVED, viewer),
        "close": _verdict(case, IncidentStatus.CLOSED, viewer),
    }


def _verdict(case: Case, status: IncidentStatus, viewer: Any) -> dict[str, Any]:
    unmet = missing(case, status)
    told = [_item(each) for each in unmet if each.told_to(viewer, case.incident)]
    items = [*_blocked(case.incident, status), *told, *([UNDISCLOSED] if len(told) < len(unmet) else [])]
    shown = [{"code": item.code, "detail": item.detail} for item in items]
    return {"ready": not shown, "missing": shown}


def _item(unmet: Precondition) -> Item:
    return Item(unmet.code, unmet.sentence)


def _blocked(incident: Incident, status: IncidentStatus, *, raising: Code | None = None) -> tuple[Item, ...]:
    """What the lifecycle says against a move; a refusal of the code `raising` goes on its way."""
    try:
        require_move(incident, status, moves=None if raising else INCIDENT_MOVES.to(status))
    except Refusal as refusal:
        if refusal.code == raising:
            raise
        return refusal.errors
    return ()
