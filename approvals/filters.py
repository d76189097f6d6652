"""Filters of approvals and their rules."""

from approvals.models import Approval, ApprovalRule
from core.filters import StrictFilterSet, matches


class ApprovalFilters(StrictFilterSet):
    class Meta:
        model = Approval
        fields = matches(
            exact=["operation", "status", "requester", "approver", "reference_type", "reference_id"],
            ranges=["decided_at", "expires_at"],
        )


class RuleFilters(StrictFilterSet):
    class Meta:
        model = ApprovalRule
        fields = matches(exact=["operation", "condition"])
