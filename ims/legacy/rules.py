"""The current rules that an old row may violate. Each returns a sentence that describes the violation, or an empty
string.

They check the record that will be stored; the readers report violations by single values. The function's name is the
rule's name in the report.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.utils import timezone

from approvals.choices import ApprovalStatus
from clients.agreement_rules import agreed_targets, violations
from clients.choices import AgreementStatus, SubscriptionStatus
from core.errors import Refusal
from core.operations.registry import registry
from ims.legacy.schema import ImportState
from incidents.choices import UNRESOLVED, IncidentStatus
from users.choices import CC, IM, UserStatus
from users.serializers import require_association
from vendors.choices import vendor_types

# Times of past events, in all tables.
PAST_TIMES = (
    "created_at",
    "updated_at",
    "detected_at",
    "acknowledged_at",
    "resolved_at",
    "closed_at",
    "decided_at",
    "sent_at",
    "implemented_at",
    "completed_at",
    "actual_start",
    "actual_end",
    "executed_at",
)
# The codes of the two kinds of tier violations.
OUTSIDE_TIER, OUT_OF_ORDER = "outside_tier_range", "order"


def time_stamps_ordered(record: Any, state: ImportState) -> str:
    if record.updated_at < record.created_at:
        return f"changed at {record.updated_at.isoformat()}, before it was created at {record.created_at.isoformat()}"
    return ""


def not_from_the_future(record: Any, state: ImportState) -> str:
    """Checks past events; an agreed window may lie in the future."""
    latest = max(timestamp for name in PAST_TIMES if (timestamp := getattr(record, name, None)) is not None)
    return f"{latest.isoformat()} is later than the server's clock" if latest > timezone.now() else ""


def vendor_type_configured(vendor: Any, state: ImportState) -> str:
    return "" if vendor.vendor_type in vendor_types() else f"{vendor.vendor_type} is not a type of this installation"


def user_associations(user: Any, state: ImportState) -> str:
    try:
        require_association(user.role, user.client_id, user.vendor_id)
    except Refusal as refusal:
        return refusal.detail
    return ""


def ended_subscription_not_active(subscription: Any, state: ImportState) -> str:
    ended = subscription.end_date is not None and subscription.end_date < timezone.now().date()
    if ended and subscription.status == SubscriptionStatus.ACTIVE:
        return f"still active, though it ended on {subscription.end_date}"
    return ""


def within_tier(agreement: Any, state: ImportState) -> str:
    return _tier_violations(agreement, (), OUTSIDE_TIER)


def agreements_in_order(agreement: Any, state: ImportState) -> str:
    """Compares an active agreement with the other active ones of its subscription."""
    if agreement.status != AgreementStatus.ACTIVE:
        return ""
    peers = state.group("sla_agreements", "subscription_id", agreement.subscription_id)
    active = [each for each in peers if each is not agreement and each.status == AgreementStatus.ACTIVE]
    return _tier_violations(agreement, active, OUT_OF_ORDER)


def _tier_violations(agreement: Any, peers: Iterable[Any], code: str) -> str:
    found = violations(agreement.subscription, agreed_targets(agreement), [agreed_targets(each) for each in peers])
    return " ".join(each.detail for each in found if each.code == code)


def reference_exists(record: Any, state: ImportState) -> str:
    """The record that an approval or audit entry refers to must be in the export."""
    if record.reference_type is None:
        return ""
    table = state.tables.get(record.reference_type)
    if table is None:
        return f"{record.reference_type} is not a record type"
    if record.reference_id not in state.export.ids(table):
        return f"{record.reference_type} {record.reference_id} is not in the export"
    return ""


def approval_binds_who_and_what(approval: Any, state: ImportState) -> str:
    lacking = {"requester": approval.requester_id, "operation": approval.operation, "body": approval.digest}
    named = [name for name, value in lacking.items() if not value]
    return f"it names no {', no '.join(named)}; it authorises nothing" if named else ""


def approval_decided_by_somebody(approval: Any, state: ImportState) -> str:
    pending = approval.status == ApprovalStatus.PENDING
    if pending and (approval.decided_at or approval.approver_id):
        return "pending, but it has an approver or a decision time"
    if not pending and not (approval.decided_at and approval.approver_id):
        return f"{approval.status}, but it has no approver or decision time"
    return ""


def approval_decided_after_request(approval: Any, state: ImportState) -> str:
    early = approval.decided_at is not None and approval.decided_at < approval.created_at
    return f"decided at {approval.decided_at.isoformat()}, before it was requested" if early else ""


def reporter_of_the_client(incident: Any, state: ImportState) -> str:
    reporter = incident.reporter
    if reporter.role == CC and reporter.client_id != incident.client_id:
        return f"the reporter is a client contact of client {reporter.client_id}, not of client {incident.client_id}"
    return ""


def assigned_manager_is_active_im(incident: Any, state: ImportState) -> str:
    """The role is always checked; the account's status only while the incident needs its manager."""
    manager = incident.assigned_manager
    if manager is None:
        return ""
    if manager.role != IM:
        return f"the assigned manager's role is {manager.role}"
    needed = incident.status in UNRESOLVED
    return f"the assigned manager is {manager.status}" if needed and manager.status != UserStatus.ACTIVE else ""


def incident_times_ordered(incident: Any, state: ImportState) -> str:
    return out_of_order(incident, "occurred_at", "detected_at", "acknowledged_at", "resolved_at", "closed_at")


def incident_times_fit_status(incident: Any, state: ImportState) -> str:
    settled, closed = incident.status not in UNRESOLVED, incident.status == IncidentStatus.CLOSED
    return expected_times(incident, resolved_at=settled, closed_at=closed)


def escalated_by_an_escalation(incident: Any, state: ImportState) -> str:
    escalated = incident.status == IncidentStatus.ESCALATED
    if escalated and incident.pk not in state.export.referred("escalations", "incident_id"):
        return "escalated, but the export contains no escalation of it"
    return ""


def closed_with_root_cause(incident: Any, state: ImportState) -> str:
    """Closing an incident of high severity needs a completed root cause analysis."""
    high = incident.status == IncidentStatus.CLOSED and incident.severity in settings.IMS_HIGH_SEVERITIES
    done = frozenset({"completed", "approved"})
    if high and incident.pk not in state.export.referred("root_cause_analyses", "incident_id", status=done):
        return f"closed at {incident.severity} without a completed root cause analysis"
    return ""


def out_of_order(record: Any, *names: str) -> str:
    """The first known time that precedes its predecessor, as a sentence."""
    known = [(name, getattr(record, name)) for name in names if getattr(record, name) is not None]
    wrong = [f"{later} is before {sooner}" for (sooner, a), (later, b) in pairwise(known) if b < a]
    return ", ".join(wrong)


def expected_times(record: Any, **due: bool) -> str:
    """The times that the record's status requires but are missing, or excludes but are set."""
    lacking = [name for name, expected in due.items() if expected and getattr(record, name) is None]
    odd = [name for name, expected in due.items() if not expected and getattr(record, name) is not None]
    said = [f"no {name}" for name in lacking] + [f"{name} is set" for name in odd]
    return f"{record.status}, but {', '.join(said)}" if said else ""


def role_permitted(operation: str, person: Any) -> str:
    """Whether the role of the person who performed an operation permits it; the export contains only their present
    role.
    """
    if person is None or registry[operation].permits(person.role):
        return ""
    return f"by user {person.pk}, whose role is {person.role}"
