"""The rules of today that an old row may break. Each answers with a sentence that says how, or with nothing.

They are asked of the record as it will be kept; what a single value can break is reported by the readers instead.
The name of the function is the name of the rule in the report.
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
from ims.legacy.schema import World
from incidents.choices import UNRESOLVED, IncidentStatus
from users.choices import CC, IM, UserStatus
from users.serializers import require_association
from vendors.choices import vendor_types

# The times at which something has happened, in all tables.
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
# The codes that the tiers give to their two kinds of breach.
OUTSIDE_TIER, OUT_OF_ORDER = "outside_tier_range", "order"


def time_stamps_ordered(record: Any, world: World) -> str:
    if record.updated_at < record.created_at:
        return f"changed at {record.updated_at.isoformat()}, before it was made at {record.created_at.isoformat()}"
    return ""


def not_from_the_future(record: Any, world: World) -> str:
    """Asked of what has happened; a window that was agreed on may lie ahead."""
    latest = max(timestamp for name in PAST_TIMES if (timestamp := getattr(record, name, None)) is not None)
    return f"{latest.isoformat()} is later than the server's clock" if latest > timezone.now() else ""


def vendor_type_configured(vendor: Any, world: World) -> str:
    return "" if vendor.vendor_type in vendor_types() else f"{vendor.vendor_type} is not a type of this installation"


def user_associations(user: Any, world: World) -> str:
    try:
        require_association(user.role, user.client_id, user.vendor_id)
    except Refusal as refusal:
        return refusal.detail
    return ""


def ended_subscription_not_active(subscription: Any, world: World) -> str:
    ended = subscription.end_date is not None and subscription.end_date < timezone.now().date()
    if ended and subscription.status == SubscriptionStatus.ACTIVE:
        return f"still active, though it ended on {subscription.end_date}"
    return ""


def within_tier(agreement: Any, world: World) -> str:
    return _tier_violations(agreement, (), OUTSIDE_TIER)


def agreements_in_order(agreement: Any, world: World) -> str:
    """Asked of active agreements, against the other active ones of the subscription."""
    if agreement.status != AgreementStatus.ACTIVE:
        return ""
    peers = world.group("sla_agreements", "subscription_id", agreement.subscription_id)
    active = [each for each in peers if each is not agreement and each.status == AgreementStatus.ACTIVE]
    return _tier_violations(agreement, active, OUT_OF_ORDER)


def _tier_violations(agreement: Any, peers: Iterable[Any], code: str) -> str:
    found = violations(agreement.subscription, agreed_targets(agreement), [agreed_targets(each) for each in peers])
    return " ".join(each.detail for each in found if each.code == code)


def reference_exists(record: Any, world: World) -> str:
    """What an approval or an audit entry speaks of is a row of the export too."""
    if record.reference_type is None:
        return ""
    table = world.tables.get(record.reference_type)
    if table is None:
        return f"{record.reference_type} is no type of record"
    if record.reference_id not in world.export.ids(table):
        return f"{record.reference_type} {record.reference_id} is not in the export"
    return ""


def approval_binds_who_and_what(approval: Any, world: World) -> str:
    lacking = {"requester": approval.requester_id, "operation": approval.operation, "body": approval.digest}
    named = [name for name, value in lacking.items() if not value]
    return f"it names no {', no '.join(named)}; it authorises nothing" if named else ""


def approval_decided_by_somebody(approval: Any, world: World) -> str:
    pending = approval.status == ApprovalStatus.PENDING
    if pending and (approval.decided_at or approval.approver_id):
        return "pending, yet it carries an approver or the time of a decision"
    if not pending and not (approval.decided_at and approval.approver_id):
        return f"{approval.status}, yet it does not say by whom and when"
    return ""


def approval_decided_after_request(approval: Any, world: World) -> str:
    early = approval.decided_at is not None and approval.decided_at < approval.created_at
    return f"decided at {approval.decided_at.isoformat()}, before it was requested" if early else ""


def reporter_of_the_client(incident: Any, world: World) -> str:
    reporter = incident.reporter
    if reporter.role == CC and reporter.client_id != incident.client_id:
        return f"the reporter is a client contact of client {reporter.client_id}, not of client {incident.client_id}"
    return ""


def assigned_manager_is_active_im(incident: Any, world: World) -> str:
    """The role always; the account's status only while the incident still needs its manager."""
    manager = incident.assigned_manager
    if manager is None:
        return ""
    if manager.role != IM:
        return f"the assigned manager's role is {manager.role}"
    needed = incident.status in UNRESOLVED
    return f"the assigned manager is {manager.status}" if needed and manager.status != UserStatus.ACTIVE else ""


def incident_times_ordered(incident: Any, world: World) -> str:
    return out_of_order(incident, "occurred_at", "detected_at", "acknowledged_at", "resolved_at", "closed_at")


def incident_times_fit_status(incident: Any, world: World) -> str:
    settled, closed = incident.status not in UNRESOLVED, incident.status == IncidentStatus.CLOSED
    return expected_times(incident, resolved_at=settled, closed_at=closed)


def escalated_by_an_escalation(incident: Any, world: World) -> str:
    escalated = incident.status == IncidentStatus.ESCALATED
    if escalated and incident.pk not in world.export.referred("escalations", "incident_id"):
        return "escalated, yet the export has no escalation of it"
    return ""


def closed_with_root_cause(incident: Any, world: World) -> str:
    """Closing an incident of high severity needs a completed root cause analysis."""
    high = incident.status == IncidentStatus.CLOSED and incident.severity in settings.IMS_HIGH_SEVERITIES
    done = frozenset({"completed", "approved"})
    if high and incident.pk not in world.export.referred("root_cause_analyses", "incident_id", status=done):
        return f"closed at {incident.severity} without a completed root cause analysis"
    return ""


def out_of_order(record: Any, *names: str) -> str:
    """Which of these times, of those that are known, comes before its predecessor."""
    known = [(name, getattr(record, name)) for name in names if getattr(record, name) is not None]
    wrong = [f"{later} is before {sooner}" for (sooner, a), (later, b) in pairwise(known) if b < a]
    return ", ".join(wrong)


def expected_times(record: Any, **due: bool) -> str:
    """Which times the record's status asks for and are not known, or has no place for and are."""
    lacking = [name for name, expected in due.items() if expected and getattr(record, name) is None]
    odd = [name for name, expected in due.items() if not expected and getattr(record, name) is not None]
    said = [f"no {name}" for name in lacking] + [f"{name} is set" for name in odd]
    return f"{record.status}, yet {', '.join(said)}" if said else ""


def role_permitted(operation: str, person: Any) -> str:
    """Whether an operation is permitted to the role of who once did it; the export knows only the role they have."""
    if person is None or registry[operation].permits(person.role):
        return ""
    return f"by user {person.pk}, whose role is {person.role}"
