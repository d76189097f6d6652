"""Filters of approvals, their rules and handoffs."""

from typing import Any

import django_filters
from django.db.models import Q
from django.utils import timezone

from approvals.choices import ApprovalStatus
from approvals.gate import operations_approved_by
from approvals.models import Approval, ApprovalRule, Handoff
from core.reading.filters import BooleanTextFilter, ChoiceInFilter, StrictFilterSet, matches


def with_status(status: str) -> Q:
    """Selects approvals by effective status: whether an approved one has expired follows from the current time."""
    if status not in (ApprovalStatus.APPROVED, ApprovalStatus.EXPIRED):
        return Q(status=status)
    if status == ApprovalStatus.EXPIRED:
        return Q(status=status) | expired_approvals()
    return Q(status=status) & ~expired_approvals()


def expired_approvals() -> Q:
    """Selects approved requests that have expired."""
    return Q(status=ApprovalStatus.APPROVED, expires_at__lte=timezone.now())


class ApprovalFilters(StrictFilterSet):
    for_me = BooleanTextFilter(  # type: ignore[no-untyped-call]
        method="for_the_reader", help_text="Approvals that await the caller's decision."
    )
    expired = BooleanTextFilter(method="by_expiry", help_text=("Approvals that can no longer be used."))  # type: ignore[no-untyped-call]
    status = django_filters.ChoiceFilter(choices=ApprovalStatus.choices, method="by_status")
    status__in = ChoiceInFilter(choices=ApprovalStatus.choices, method="by_statuses")  # type: ignore[no-untyped-call]

    class Meta:
        model = Approval
        fields = matches(
            exact=[
                *("operation", "requester_id", "approver_id", "reference_type", "reference_id", "requested_action"),
                "digest",
            ],
            ranges=["decided_at", "expires_at", "consumed_at"],
        )

    def for_the_reader(self, queryset: Any, name: str, value: bool) -> Any:
        """Approvals that await the caller's decision, or all others."""
        awaiting = Q(
            ~Q(requester_id=self.reader.pk),
            status=ApprovalStatus.PENDING,
            imported_row__isnull=True,
            operation__in=operations_approved_by(self.reader.role),
        )
        return queryset.filter(awaiting if value else ~awaiting)

    def by_expiry(self, queryset: Any, name: str, value: bool) -> Any:
        return queryset.filter(expired_approvals() if value else ~expired_approvals())

    def by_status(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(with_status(value))

    def by_statuses(self, queryset: Any, name: str, values: list[str]) -> Any:
        found = Q(pk__in=[])
        for value in values:
            found |= with_status(value)
        return queryset.filter(found)


class RuleFilters(StrictFilterSet):
    class Meta:
        model = ApprovalRule
        fields = matches(exact=["operation", "condition"], ranges=["validity_hours"])


class HandoffFilters(StrictFilterSet):
    class Meta:
        model = Handoff
        fields = matches(
            exact=[
                *(
                    "status",
                    "reason_code",
                    "operation",
                    "code",
                    "reference_type",
                    "reference_id",
                    "agent",
                    "request_id",
                ),
                *("accepted_by_id", "closed_by_id"),
            ],
            ranges=["accepted_at", "closed_at"],
        )
