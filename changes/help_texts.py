"""What the members of changes and rollbacks mean."""

HELP_TEXTS = {
    "actual_end": "When the change ended.",
    "actual_start": "When the change started.",
    "approved_by_id": "Who decided it.",
    "change_id": "The change request.",
    "change_title": "One line that names the change.",
    "change_type": "The type of change.",
    "comment": "The reason for the decision.",
    "decided_at": "When it was decided.",
    "decision_comment": "The comment on the decision.",
    "description": "A free-text description.",
    "executed_at": "When the rollback was completed.",
    "incident_id": "The incident.",
    "justification": "Why the change must be rolled back.",
    "once_critical": "Whether the change ever had critical risk.",
    "requested_by_id": "Who requested it.",
    "risk_level": "The risk; only an executive decides a critical change.",
    "scheduled_end": "End of the change window.",
    "scheduled_start": "Start of the change window.",
    "validation_completed": "Whether the service was validated after the rollback.",
    "warnings": "Other changes whose windows overlap this one.",
}
