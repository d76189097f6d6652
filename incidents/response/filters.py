"""Filters of escalations, communications, workarounds and analyses."""

from typing import Any

from django.db.models import Q

from core.reading.filters import BooleanTextFilter, StrictFilterSet, matches
from incidents.models import Communication, Escalation, RootCauseAnalysis, Workaround
from incidents.response.addressing import addressed_to


class EscalationFilters(StrictFilterSet):
    class Meta:
        model = Escalation
        fields = matches(
            exact=["incident_id", "requested_by_id", "target_user_id", "reason_code", "escalation_level", "status"],
            ranges=["acknowledged_at", "resolved_at"],
        )


class CommunicationFilters(StrictFilterSet):
    for_me = BooleanTextFilter(  # type: ignore[no-untyped-call]
        method="reaching_the_reader",
        help_text=("Communications addressed to the caller or the team of the caller's role."),
    )

    class Meta:
        model = Communication
        fields = matches(
            exact=[
                "incident_id",
                "sender_user_id",
                "recipient_type",
                "recipient_user_id",
                "recipient_group",
                "delivery_method",
                "subject",
                "delivery_status",
            ],
            ranges=["sent_at"],
        )

    def reaching_the_reader(self, queryset: Any, name: str, value: bool) -> Any:
        """Communications addressed to the caller or the team of the caller's role, or all others."""
        reaching = Q(pk__in=addressed_to(self.reader))
        return queryset.filter(reaching if value else ~reaching)


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
