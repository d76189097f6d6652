"""The rules of SOP 15, 17, 18 and 19 that an old row may violate (see `rules`), from the apps' own tables."""

from typing import Any

from ims.legacy.rules import expected_times, out_of_order, role_permitted
from ims.legacy.schema import ImportState
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


def escalated_by_permitted_role(escalation: Any, state: ImportState) -> str:
    return role_permitted("escalation.create", escalation.requested_by)


def escalation_target_valid(escalation: Any, state: ImportState) -> str:
    vendor_id = vendor_of(escalation.incident)
    misfit = target_misfit(escalation.target_user, requester_id=escalation.requested_by_id, vendor_id=vendor_id)
    return f"user {escalation.target_user_id} is not a valid target: {misfit}" if misfit else ""


def open_escalation_has_active_target(escalation: Any, state: ImportState) -> str:
    """The target's account is checked only while the escalation waits for that person."""
    target = escalation.target_user
    if escalation.status == EscalationStatus.RESOLVED or target.status == UserStatus.ACTIVE:
        return ""
    return f"{escalation.status}, but its target, user {target.pk}, is {target.status}"


def level_of_the_target(escalation: Any, state: ImportState) -> str:
    """A role that cannot be a target has no level; another rule reports it."""
    level = LEVEL_OF_ROLE.get(escalation.target_user.role)
    if level is None or level == escalation.escalation_level:
        return ""
    return f"{escalation.escalation_level}, but the target's role requires the level {level}"


def escalation_times_ordered(escalation: Any, state: ImportState) -> str:
    return out_of_order(escalation, "created_at", "acknowledged_at", "resolved_at")


def escalation_times_fit_status(escalation: Any, state: ImportState) -> str:
    taken_up = escalation.status != EscalationStatus.OPEN
    resolved = escalation.status == EscalationStatus.RESOLVED
    return expected_times(escalation, acknowledged_at=taken_up, resolved_at=resolved)


def no_open_escalation_of_settled_incident(escalation: Any, state: ImportState) -> str:
    """An incident cannot be resolved while one of its escalations is open."""
    incident = escalation.incident
    left_open = escalation.status == EscalationStatus.OPEN and incident.status not in UNRESOLVED
    return f"open, but incident {incident.pk} is {incident.status}" if left_open else ""


def sent_by_permitted_role(communication: Any, state: ImportState) -> str:
    return role_permitted("communication.create", communication.sender_user)


def recipient_named(communication: Any, state: ImportState) -> str:
    """The kind of recipient requires a user, a group, or neither."""
    kind, user_id = communication.recipient_type, communication.recipient_user_id
    if kind in NAMES_USER:
        return "" if user_id is not None else f"the recipient is a {kind}, but no user is named"
    if user_id is not None:
        return f"the recipient is a {kind}, but user {user_id} is named"
    return "the recipient is a group, but no group is named" if kind == RecipientType.GROUP else ""


def recipient_fits(communication: Any, state: ImportState) -> str:
    """The export contains no further affected clients, only the incident's own."""
    kind, user, incident = communication.recipient_type, communication.recipient_user, communication.incident
    if user is None:
        return ""
    return recipient_misfit(kind, user, clients={incident.client_id}, vendor_id=vendor_of(incident))


def sent_at_fits_delivery(communication: Any, state: ImportState) -> str:
    status, sent_at = communication.delivery_status, communication.sent_at
    if status in REACHED and sent_at is None:
        return f"{status}, but it has no sending time"
    if status == DeliveryStatus.PENDING and sent_at is not None:
        return f"pending, but it was sent at {sent_at.isoformat()}"
    return out_of_order(communication, "created_at", "sent_at")


def implemented_by_permitted_role(workaround: Any, state: ImportState) -> str:
    return role_permitted("workaround.create", workaround.implemented_by)


def conducted_by_analyst(analysis: Any, state: ImportState) -> str:
    analyst = analysis.assigned_to
    return "" if analyst.role in ANALYSTS else f"conducted by user {analyst.pk}, whose role is {analyst.role}"


def completed_with_cause(analysis: Any, state: ImportState) -> str:
    if analysis.status == AnalysisStatus.IN_PROGRESS:
        return ""
    known = {"a root cause": analysis.root_cause, "its analyst": analysis.completed_by_id}
    lacking = [name for name, value in known.items() if not value]
    return f"{analysis.status}, but it lacks {' and '.join(lacking)}" if lacking else ""


def approved_by_another(analysis: Any, state: ImportState) -> str:
    unnamed = analysis.status == AnalysisStatus.APPROVED and analysis.reviewed_by_id is None
    return "approved, but it has no approver" if unnamed else ""


def analysis_times_fit_status(analysis: Any, state: ImportState) -> str:
    completed = analysis.status != AnalysisStatus.IN_PROGRESS
    return expected_times(analysis, completed_at=completed) or out_of_order(analysis, "created_at", "completed_at")
