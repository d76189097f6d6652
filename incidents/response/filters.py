"""Filters of escalations, communications, workarounds and analyses."""

from core.filters import StrictFilterSet, matches
from incidents.models import Communication, Escalation, RootCauseAnalysis, Workaround


class EscalationFilters(StrictFilterSet):
    class Meta:
        model = Escalation
        fields = matches(
            exact=["incident", "requested_by", "target_user", "reason_code", "escalation_level", "status"],
            ranges=["acknowledged_at", "resolved_at"],
        )


class CommunicationFilters(StrictFilterSet):
    class Meta:
        model = Communication
        fields = matches(
            exact=["incident", "sender", "recipient_type", "recipient_user", "delivery_method", "delivery_status"],
            ranges=["sent_at"],
        )


class WorkaroundFilters(StrictFilterSet):
    class Meta:
        model = Workaround
        fields = matches(exact=["incident", "effectiveness", "implemented_by", "status"], ranges=["implemented_at"])


class AnalysisFilters(StrictFilterSet):
    class Meta:
        model = RootCauseAnalysis
        fields = matches(exact=["incident", "analysis_method", "assigned_to", "status"], ranges=["completed_at"])
