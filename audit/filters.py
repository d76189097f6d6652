"""Filters of the audit trail."""

from audit.models import AuditEntry
from core.filters import StrictFilterSet


class AuditFilters(StrictFilterSet):
    class Meta:
        model = AuditEntry
        fields = {
            "id": ["exact", "gte", "lte"],
            "created_at": ["exact", "gte", "lte"],
            "user_id": ["exact", "in"],
            "agent": ["exact", "in"],
            "action": ["exact", "in"],
            "operation": ["exact", "in"],
            "origin": ["exact", "in"],
            "reference_type": ["exact", "in"],
            "reference_id": ["exact", "in"],
            "request_id": ["exact", "in"],
            "legacy_id": ["exact", "in"],
            "sequence": ["exact", "in"],
        }
