"""Filters of changes and rollbacks."""

from changes.models import ChangeRequest, RollbackRequest
from core.reading.filters import StrictFilterSet, matches


class ChangeFilters(StrictFilterSet):
    class Meta:
        model = ChangeRequest
        fields = matches(
            exact=[
                *("incident_id", "change_title", "change_type", "risk_level", "once_critical", "status"),
                *("requested_by_id", "approved_by_id", "outside_window"),
            ],
            ranges=["decided_at", "scheduled_start", "scheduled_end", "actual_start", "actual_end"],
        )


class RollbackFilters(StrictFilterSet):
    class Meta:
        model = RollbackRequest
        joined = {"change_id": "change_request_id"}
        fields = matches(
            exact=["change_id", "incident_id", "requested_by_id", "approved_by_id", "validation_completed", "status"],
            ranges=["executed_at"],
        )
