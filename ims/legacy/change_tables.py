"""Old changes and their rollbacks."""

from rest_framework import serializers

from changes.choices import RollbackStatus
from changes.models import ChangeRequest, RollbackRequest
from ims.legacy import change_rules, rules
from ims.legacy.columns import CREATED, NAME, own_id
from ims.legacy.readers import Reference, boolean, choice, through_field, timestamp
from ims.legacy.schema import Table, column

# Starting a rollback now approves it. An approved rollback that was never started waits for that decision again,
# because old approvals authorise nothing; a failed one is final and has not reversed its change.
OLD_ROLLBACK_STATUSES = {"approved": RollbackStatus.REQUESTED, "failed": RollbackStatus.REJECTED}

CHANGES = Table(
    "change_requests",
    key="change_id",
    entity_type="change_request",
    model=ChangeRequest,
    columns=(
        own_id("change_id"),
        column("incident", Reference("incidents"), "incident_id"),
        column("change_title", NAME, "title"),
        column("change_type", choice(), "change_type"),
        column("risk_level", choice(), "risk_level"),
        column("requested_by", Reference("users"), "requested_by_id"),
        column("approved_by", Reference("users"), "approved_by_id"),
        column("status", choice(), "status"),
        column("scheduled_start", timestamp, "scheduled_start"),
        column("scheduled_end", timestamp, "scheduled_end"),
        column("actual_start", timestamp, "actual_start"),
        column("actual_end", timestamp, "actual_end"),
        *CREATED,
    ),
    rules=(
        rules.not_from_the_future,
        change_rules.change_requested_by_permitted_role,
        change_rules.change_decided_by_somebody,
        change_rules.change_decided_by_permitted_role,
        change_rules.decided_by_another,
        change_rules.critical_decided_by_executive,
        change_rules.change_window_ordered,
        change_rules.change_times_ordered,
        change_rules.change_times_fit_status,
        change_rules.rolled_back_by_a_rollback,
        change_rules.not_in_progress_on_settled_incident,
    ),
)

ROLLBACKS = Table(
    "rollback_requests",
    key="rollback_id",
    entity_type="rollback_request",
    model=RollbackRequest,
    columns=(
        own_id("rollback_id"),
        column("change_request", Reference("change_requests"), "change_id"),
        column("incident", Reference("incidents"), "incident_id"),
        column("requested_by", Reference("users"), "requested_by_id"),
        column("approved_by", Reference("users"), "approved_by_id"),
        column("status", choice(OLD_ROLLBACK_STATUSES), "status"),
        column("executed_at", timestamp, "executed_at"),
        column("justification", through_field(serializers.CharField(), "justification_given"), "justification"),
        column("validation_completed", boolean, "validation_completed"),
        *CREATED,
    ),
    rules=(
        rules.not_from_the_future,
        change_rules.rollback_requested_by_permitted_role,
        change_rules.rollback_decided_by_somebody,
        change_rules.rollback_decided_by_permitted_role,
        change_rules.decided_by_another,
        change_rules.critical_decided_by_executive,
        change_rules.rollback_of_executed_change,
        change_rules.rollback_validated,
        change_rules.rollback_times_fit_status,
        change_rules.not_in_progress_on_settled_incident,
    ),
)
