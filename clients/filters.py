"""Filters of clients, subscriptions and agreements."""

from typing import Any

from clients.models import Client, SlaAgreement, Subscription
from core.reading.filters import StrictFilterSet, WholeNumberFilter, matches


class ClientFilters(StrictFilterSet):
    account_manager_id = WholeNumberFilter(method="managed_by")  # type: ignore[no-untyped-call]

    class Meta:
        model = Client
        fields = matches(
            exact=["name", "registration_number", "contact_email", "contact_phone", "client_type", "status"]
        )

    def managed_by(self, queryset: Any, name: str, value: Any) -> Any:
        """The clients to which an account manager is currently assigned."""
        return queryset.filter(assignments__user_id=value, assignments__ended_at=None)


class SubscriptionFilters(StrictFilterSet):
    class Meta:
        model = Subscription
        fields = matches(
            exact=["client_id", "product_id", "subscription_type", "service_level_tier", "high_priority", "status"],
            ranges=["start_date", "end_date"],
        )


class AgreementFilters(StrictFilterSet):
    class Meta:
        model = SlaAgreement
        fields = matches(
            exact=["subscription_id", "severity_level", "pauses_allowed", "status"],
            ranges=["response_time_minutes", "resolution_time_hours", "availability_target"],
        )
