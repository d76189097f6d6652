"""Filters of the audit trail."""

from audit.models import ALIASES, AuditEntry
from core.reading.filters import StrictFilterSet, matches


class AuditFilters(StrictFilterSet):
    class Meta:
        model = AuditEntry
        joined = ALIASES
        fields = matches(
            exact=[
                *("user_id", "agent", "action", "operation", "origin", "reference_type", "reference_id"),
                *("request_id", "token_id", "legacy_id", "previous_hash", "hash"),
            ],
            ranges=["id", "sequence"],
        )
