"""Filters of accounts and credentials."""

from typing import Any

from django.db.models import Q
from django.utils import timezone

from core.reading.filters import BooleanTextFilter, StrictFilterSet, matches
from users.choices import EX, IM, SA
from users.models import ActivationToken, ConsoleSession, Token, User


class UserFilters(StrictFilterSet):
    class Meta:
        model = User
        fields = matches(exact=["name", "email", "role", "status", "timezone", "department", "client_id", "vendor_id"])


class TokenFilters(StrictFilterSet):
    class Meta:
        model = Token
        joined = {"last_used_at": "use__last_used_at"}
        fields = matches(
            exact=["user_id", "name", "agent", "client_id"], ranges=["expires_at", "revoked_at", "last_used_at"]
        )


class SessionFilters(StrictFilterSet):
    class Meta:
        model = ConsoleSession
        fields = matches(exact=["user_id"], ranges=["expires_at", "ended_at"])


class ActivationFilters(StrictFilterSet):
    for_me = BooleanTextFilter(  # type: ignore[no-untyped-call]
        method="for_the_reader", help_text="Activations that the caller may countersign."
    )

    class Meta:
        model = ActivationToken
        fields = matches(
            exact=["user_id", "replaces_access", "countersigned_by_id"],
            ranges=["expires_at", "used_at", "countersigned_at"],
        )

    def for_the_reader(self, queryset: Any, name: str, value: bool) -> Any:
        """Activations that the caller may countersign, or all others."""
        awaiting = Q(pk__in=[])
        if self.reader.role in (SA, IM, EX):
            awaiting = Q(
                ~Q(created_by_id=self.reader.pk),
                ~Q(user__created_by_id=self.reader.pk),
                used_at__isnull=True,
                other_digest__isnull=True,
                expires_at__gt=timezone.now(),
            )
        return queryset.filter(awaiting if value else ~awaiting)
