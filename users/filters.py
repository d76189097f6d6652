"""Filters of accounts and tokens."""

from core.filters import StrictFilterSet, matches
from users.models import Token, User


class UserFilters(StrictFilterSet):
    class Meta:
        model = User
        fields = matches(exact=["name", "email", "role", "status", "timezone", "department", "client_id", "vendor_id"])


class TokenFilters(StrictFilterSet):
    class Meta:
        model = Token
        joined = {"last_used_at": "use__last_used_at"}
        fields = matches(exact=["user_id", "name", "agent"], ranges=["expires_at", "revoked_at", "last_used_at"])
