"""The rules of SOP 15, 17, 18 and 19 that an old row may break: asked as `rules` says, of the apps' own tables."""

from typing import Any

from ims.legacy.rules import expected_times, out_of_order, role_permitted
from ims.legacy.schema import World
from incidents.choices import UNRESOLVED
from incidents.response.choices import (
    LEVEL_OF_ROLE,
    NAMES_USER,
    REACHED,
    AnalysisStatus,
    DeliveryStatus,
    EscalationStatus,
    RecipientType,
)
from incidents.response.recipients import recipient_misfit, vendor_of
from incidents.response.serializers import ANALYSTS
from incidents.response.targets import target_misfit
from users.choices import UserStatus


def escalated_by_permitted_role(escalation: Any, world: World) -> str:
    return role_permitted("escalation.create", escalation.requested_by)


def escalation_target_valid(escalation: Any, world: World) -> str:
    vendor_id = vendor_of(escalation.incident)
    misfit = target_misfit(escalation.target_user, requester_id=escalation.requested_by_id, vendor_id=vendor_id)
    return f"user {escalation.target_user_id} is no valid target: {misfit}" if misfit else ""


def open_escalation_has_active_target(escalation: Any, world: World) -> str:
    """A target's account matters while the escalation still waits for that person."""
    target = escalation.target_user
    if escalation.status == EscalationStatus.RESOLVED or target.status == UserStatus.ACTIVE:
        return ""
    return f"{escalation.status}, yet user {target.pk}, whom it waits for, is {target.status}"


def level_of_the_target(escalation: Any, world: World) -> str:
    """A role that is no target at all has no level to disagree with: that is the breach of another rule."""
    level = LEVEL_OF_ROLE.get(escalation.target_user.role)
    if level is None or level == escalation.escalation_level:
        return ""
    return f"{escalation.escalation_level}, yet the target's role makes this a {level} escalation"


def escalation_times_ordered(escalation: Any, world: World) -> str:
    return out_of_order(escalation, "created_at", "acknowledged_at", "resolved_at")


def escalation_times_fit_status(escalation: Any, world: World) -> str:
    taken_up = escalation.status != EscalationStatus.OPEN
    resolved = escalation.status == EscalationStatus.RESOLVED
    return expected_times(escalation, acknowledged_at=taken_up, resolved_at=resolved)


def no_open_escalation_of_settled_incident(escalation: Any, world: World) -> str:
    """No incident is resolved while an escalation of it is open."""
    incident = escalation.incident
    left_open = escalation.status == EscalationStatus.OPEN and incident.status not in UNRESOLVED
    return f"open, though incident {incident.pk} is {incident.status}" if left_open else ""


def sent_by_permitted_role(communication: Any, world: World) -> str:
    return role_permitted("communication.create", communication.sender_user)


def recipient_named(communication: Any, world: World) -> str:
    """Who is named is decided by the kind of recipient: a user, a group, or nobody."""
    kind, user_id = communication.recipient_type, communication.recipient_user_id
    if kind in NAMES_USER:
        return "" if user_id is not None else f"to a {kind}, yet it names no user"
    if user_id is not None:
        return f"to a {kind}, yet it names user {user_id}"
    return "to a group that it does not name" if kind == RecipientType.GROUP else ""


def recipient_fits(communication: Any, world: World) -> str:
    """The export knows no further affected clients: the one concerned is the incident's own."""
    kind, user, incident = communication.recipient_type, communication.recipient_user, communication.incident
    if user is None:
        return ""
    return recipient_misfit(kind, user, clients={incident.client_id}, vendor_id=vendor_of(incident))


def sent_at_fits_delivery(communication: Any, world: World) -> str:
    status, sent_at = communication.delivery_status, communication.sent_at
    if status in REACHED and sent_at is None:
        return f"{status}, yet it does not say when it was sent"
    if status == DeliveryStatus.PENDING and sent_at is not None:
        return f"pending, yet it carries the time it was sent, {sent_at.isoformat()}"
    return out_of_order(communication, "created_at", "sent_at")


def implemented_by_permitted_role(workaround: Any, world: World) -> str:
    return role_permitted("workaround.create", workaround.implemented_by)


def conducted_by_analyst(analysis: Any, world: World) -> str:
    analyst = analysis.assigned_to
    return "" if analyst.role in ANALYSTS else f"conducted by user {analyst.pk}, whose role is {analyst.role}"


def completed_with_cause(analysis: Any, world: World) -> str:
    if analysis.status == AnalysisStatus.IN_PROGRESS:
        return ""
    known = {"the root cause": analysis.root_cause, "who completed it": analysis.completed_by_id}
    lacking = [name for name, value in known.items() if not value]
    return f"{analysis.status}, yet it does not say {' or '.join(lacking)}" if lacking else ""


def approved_by_another(analysis: Any, world: World) -> str:
    unnamed = analysis.status == AnalysisStatus.APPROVED and analysis.reviewed_by_id is None
    return "approved, yet it does not say by whom" if unnamed else ""


def analysis_times_fit_status(analysis: Any, world: World) -> str:
    completed = analysis.status != AnalysisStatus.IN_PROGRESS
    return expected_times(analysis, completed_at=completed) or out_of_order(analysis, "created_at", "completed_at")
