"""Old escalations, communications, workarounds and root cause analyses."""

from rest_framework import serializers

from ims.legacy import response_rules, rules
from ims.legacy.columns import CREATED, created_from, own_id
from ims.legacy.readers import Reference, choice, choice_or_blank, text, through_field, timestamp
from ims.legacy.schema import Table, column
from incidents.models import Communication, Escalation, RootCauseAnalysis, Workaround

ESCALATIONS = Table(
    "escalations",
    key="escalation_id",
    entity_type="escalation",
    model=Escalation,
    columns=(
        own_id("escalation_id"),
        column("incident", Reference("incidents"), "incident_id"),
        column("requested_by", Reference("users"), "escalated_by_id"),
        column("target_user", Reference("users"), "escalated_to_id"),
        # The old system stored only reason codes, so the code is also the reason.
        column("reason", through_field(serializers.CharField(), "reason_given"), "escalation_reason"),
        column("reason_code", choice_or_blank, "escalation_reason"),
        column("escalation_level", choice(), "escalation_level"),
        column("status", choice(), "status"),
        column("acknowledged_at", timestamp, "acknowledged_at"),
        column("resolved_at", timestamp, "resolved_at"),
        *created_from("escalated_at"),
    ),
    rules=(
        rules.not_from_the_future,
        response_rules.escalated_by_permitted_role,
        response_rules.escalation_target_valid,
        response_rules.open_escalation_has_active_target,
        response_rules.level_of_the_target,
        response_rules.escalation_times_ordered,
        response_rules.escalation_times_fit_status,
        response_rules.no_open_escalation_of_settled_incident,
    ),
)

COMMUNICATIONS = Table(
    "communications",
    key="communication_id",
    entity_type="communication",
    model=Communication,
    columns=(
        own_id("communication_id"),
        column("incident", Reference("incidents"), "incident_id"),
        column("sender_user", Reference("users"), "sender_id"),
        column("recipient_type", choice(), "recipient_type"),
        column("recipient_user", Reference("users"), "recipient_user_id"),
        column("delivery_method", choice(), "communication_type"),
        column("delivery_status", choice(), "delivery_status"),
        column("subject", text, "subject"),
        column("message_content", through_field(serializers.CharField(), "message_given"), "message_body"),
        column("sent_at", timestamp, "sent_at"),
        *CREATED,
    ),
    rules=(
        rules.not_from_the_future,
        response_rules.sent_by_permitted_role,
        response_rules.recipient_named,
        response_rules.recipient_fits,
        response_rules.sent_at_fits_delivery,
    ),
)

WORKAROUNDS = Table(
    "workarounds",
    key="workaround_id",
    entity_type="workaround",
    model=Workaround,
    columns=(
        own_id("workaround_id"),
        column("incident", Reference("incidents"), "incident_id"),
        column("implemented_by", Reference("users"), "implemented_by_id"),
        column("effectiveness", choice(), "effectiveness"),
        column("status", choice(), "status"),
        column("description", through_field(serializers.CharField(), "description_given"), "description"),
        column("implemented_at", timestamp, "implemented_at"),
        *created_from("implemented_at"),
    ),
    rules=(rules.not_from_the_future, response_rules.implemented_by_permitted_role),
)

ANALYSES = Table(
    "root_cause_analyses",
    key="rca_id",
    entity_type="rca",
    model=RootCauseAnalysis,
    columns=(
        own_id("rca_id"),
        column("incident", Reference("incidents"), "incident_id"),
        column("assigned_to", Reference("users"), "conducted_by_id"),
        column("analysis_method", choice(), "analysis_method"),
        column("status", choice(), "status"),
        column("summary", text, "summary"),
        column("completed_at", timestamp, "completed_at"),
        *CREATED,
    ),
    rules=(
        rules.not_from_the_future,
        response_rules.conducted_by_analyst,
        response_rules.completed_with_cause,
        response_rules.approved_by_another,
        response_rules.analysis_times_fit_status,
    ),
)
