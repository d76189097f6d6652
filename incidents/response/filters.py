"""Filters of escalations, communications, workarounds and analyses."""

from core.filters import StrictFilterSet, matches
from incidents.models import Communication, Escalation, RootCauseAnalysis, Workaround


class EscalationFilters(StrictFilterSet):
    class Meta:
        model = Escalation
        fields = matches(
            exact=["incident_id", "requested_by_id", "target_user_id", "reason_code", "escalation_level", "status"],
            ranges=["acknowledged_at", "resolved_at"],
        )


class CommunicationFilters(StrictFilterSet):
    class Meta:
        model = Communication
        fields = matches(
            exact=[
                "incident_id",
                "sender_id",
                "recipient_type",
                "recipient_user_id",
                "recipient_group",
                "delivery_method",
                "delivery_status",
            ],
            ranges=["sent_at"],
        )


class WorkaroundFilters(StrictFilterSet):
    class Meta:
        model = Workaround
        fields = matches(
            exact=["incident_id", "effectiveness", "implemented_by_id", "status"], ranges=["implemented_at"]
        )


class AnalysisFilters(StrictFilterSet):
    class Meta:
        model = RootCauseAnalysis
        fields = matches(
            exact=["incident_id", "analysis_method", "assigned_to", "completed_by_id", "reviewed_by_id", "status"],
            ranges=["completed_at", "approved_at"],
        )
