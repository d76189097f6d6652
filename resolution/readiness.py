"""Readiness: the conditions for resolving or closing an incident, as a table; all missing ones are reported
together.
"""

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
    """An incident, the facts from its records, whether they contradict its reviewed postmortem, and the statement of
    an incident manager, now or at the resolution, that replaces evidence of mitigation.
    """

    incident: Incident
    facts: ResolutionFacts
    contradicted: bool = False
    excused: bool = False

    @property
    def mitigated(self) -> bool:
        return self.facts.mitigated or self.excused or self.incident.mitigation_stated

    @property
    def outdated(self) -> bool:
        """Whether a review of this resolution exists that the records now contradict."""
        return self.contradicted or (self.facts.review_outdated and not self.facts.reviewed)


@dataclass(frozen=True, slots=True)
class Precondition:
    """A condition: its code, the sentence for its absence, its predicate, its audience, and the requests that fulfil
    it.
    """

    code: str
    sentence: str
    holds: Callable[[Case], bool]
    visible_to_viewer: Callable[[Any, Incident], bool] = staff
    endpoints: tuple[str, ...] = ()


MITIGATED = Precondition(
    "not_mitigated",
    "The impact is not demonstrably mitigated: record an active workaround that is at least partially effective, "
    "complete a change or rollback of the incident, or have a client contact confirm the mitigation. Alternatively, "
    "an incident manager can resolve it with a resolution code and a note on the incident as evidence.",
    lambda case: case.mitigated,
    everyone,
    (
        "POST /workarounds/",
        "POST /change-requests/{id}/complete/",
        "POST /rollback-requests/{id}/complete/",
        "POST /incidents/{id}/confirm-mitigation/",
    ),
)

TO_RESOLVE: tuple[Precondition, ...] = (
    MITIGATED,
    Precondition(
        "client_not_informed",
        "The client has not been informed: record a portal update addressed to the client's contacts, or a "
        "communication to one of them that was sent or delivered.",
        lambda case: case.facts.client_reached or case.facts.portal_updated,
        staff_and_client,
        ("POST /communications/", "PATCH /communications/{id}/"),
    ),
    Precondition(
        "escalation_open",
        "An escalation is open: its target or an incident manager must acknowledge it.",
        lambda case: not case.facts.escalation_open,
        endpoints=("POST /escalations/{id}/acknowledge/", "POST /escalations/{id}/resolve/"),
    ),
    Precondition(
        "change_in_progress",
        "A change of the incident is in progress: complete or fail it.",
        lambda case: not case.facts.change_in_progress,
        staff_and_vendor,
        ("POST /change-requests/{id}/complete/", "POST /change-requests/{id}/fail/"),
    ),
    Precondition(
        "rollback_in_progress",
        "A rollback of the incident is in progress: complete or reject it.",
        lambda case: not case.facts.rollback_in_progress,
        staff_and_vendor,
        ("POST /rollback-requests/{id}/complete/", "POST /rollback-requests/{id}/reject/"),
    ),
)

TO_CLOSE: tuple[Precondition, ...] = (
    MITIGATED,
    Precondition(
        "postmortem_outdated",
        "The postmortem's data has changed since its review. Draft it again and have it reviewed.",
        lambda case: not case.outdated,
        staff_and_client,
        ("POST /incident-reports/{id}/review/",),
    ),
    Precondition(
        "postmortem_not_reviewed",
        "The postmortem has no valid review: ask an authorised person to review it. If an initiator reviewed it before "
        "the severity became high, reopen the incident and resolve it again.",
        lambda case: case.outdated or _is_reviewed(case),
        staff_and_client,
        ("POST /incident-reports/{id}/review/",),
    ),
    Precondition(
        "root_cause_missing",
        "The highest severity requires a root cause: complete an analysis, or state on the incident why the cause "
        "cannot be determined.",
        lambda case: case.facts.root_cause_found or not needs_root_cause(case.incident),
        staff_and_vendor,
        ("POST /root-cause-analyses/{id}/complete/", "PATCH /incidents/{id}/"),
    ),
)


def _is_reviewed(case: Case) -> bool:
    """Whether an authorised person reviewed the postmortem, judged by the current peak severity."""
    return case.facts.reviewed and not (case.facts.reviewed_by_initiator and needs_another_person(case.incident))


# The conditions of each status, and the policy's rule behind them.
PRECONDITIONS = {IncidentStatus.RESOLVED: TO_RESOLVE, IncidentStatus.CLOSED: TO_CLOSE}
RULES = {IncidentStatus.RESOLVED: "ready_to_resolve", IncidentStatus.CLOSED: "ready_to_close"}


# The replacement text for contacts, if a condition rests on records that they may not read.
UNDISCLOSED = Item("not_disclosed", "Another internal condition of the service provider is missing.")


def missing(case: Case, status: IncidentStatus) -> list[Precondition]:
    """The missing conditions for a status, in the order of the table."""
    return [each for each in PRECONDITIONS[status] if not each.holds(case)]


def require_ready(actor: Any, incident: Incident, status: IncidentStatus, *, resolution_code: str = "") -> Case:
    """Refuse unless an incident may reach a status now, with everything that is missing; returns the case.

    An outdated review is voided even if the request is refused. Raises Refusal: invalid_transition,
    precondition_failed.
    """
    unsupervised = _blocked(incident, status, raising=Code.INVALID_TRANSITION)
    facts = facts_of(incident)
    excused = bool(resolution_code) and actor.role == IM and facts.noted
    case = Case(incident, facts, facts.reviewed and contradicts(incident), excused)
    items = [*unsupervised, *map(_item, missing(case, status))]
    if items:
        detail = (
            f"The transition of {incident.incident_code} to {status} is not allowed: "
            f"{', '.join(item.code for item in items)}."
        )
        refusal = Refusal(Code.PRECONDITION_FAILED, detail, rule=RULES[status], errors=items)
        refusal.afterwards = partial(void_if_outdated, incident.pk) if case.contradicted else None
        raise refusal
    return case


def readiness_of(incident: Incident, viewer: Any) -> dict[str, Any]:
    """The missing preconditions of the resolution and the close, within the viewer's scope. SOP 16."""
    facts = facts_of(incident)
    case = Case(incident, facts, facts.reviewed and contradicts(incident))
    return {
        "resolve": _verdict(case, IncidentStatus.RESOLVED, viewer),
        "close": _verdict(case, IncidentStatus.CLOSED, viewer),
    }


def _verdict(case: Case, status: IncidentStatus, viewer: Any) -> dict[str, Any]:
    unmet = missing(case, status)
    disclosed = [_item(each) for each in unmet if each.visible_to_viewer(viewer, case.incident)]
    items = [*_blocked(case.incident, status), *disclosed, *([UNDISCLOSED] if len(disclosed) < len(unmet) else [])]
    shown = [{"code": item.code, "detail": item.detail, "endpoints": item.facts.get("endpoints", [])} for item in items]
    return {"ready": not shown, "missing": shown}


def _item(unmet: Precondition) -> Item:
    return Item(unmet.code, unmet.sentence, facts={"endpoints": list(unmet.endpoints)})


def _blocked(incident: Incident, status: IncidentStatus, *, raising: Code | None = None) -> tuple[Item, ...]:
    """The lifecycle's objections to a transition; a refusal with the code `raising` propagates."""
    try:
        require_move(incident, status, moves=None if raising else INCIDENT_MOVES.to(status))
    except Refusal as refusal:
        if refusal.code == raising:
            raise
        return refusal.errors
    return ()
