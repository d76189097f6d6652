"""Filters of changes and rollbacks."""

from changes.models import ChangeRequest, RollbackRequest
from core.filters import StrictFilterSet, WholeNumberFilter, WholeNumberInFilter, matches


class ChangeFilters(StrictFilterSet):
    class Meta:
        model = ChangeRequest
        fields = matches(
            exact=[
                *("incident_id", "change_title", "change_type", "risk_level", "once_critical", "status"),
                *("requested_by_id", "approved_by_id"),
            ],
            ranges=["decided_at", "scheduled_start", "scheduled_end", "actual_start", "actual_end"],
        )


class RollbackFilters(StrictFilterSet):
    change_id = WholeNumberFilter(field_name="change_request_id")  # type: ignore[no-untyped-call]
    change_id__in = WholeNumberInFilter(  # type: ignore[no-untyped-call]
        field_name="change_request_id", lookup_expr="in"
    )

    class Meta:
        model = RollbackRequest
        fields = matches(
            exact=["incident_id", "requested_by_id", "approved_by_id", "validation_completed", "status"],
            ranges=["executed_at"],
        )
