"""Audit entries for tests, recorded the way the product records them."""

from typing import Any

from audit.choices import Origin
from audit.models import AuditEntry
from audit.recording import append
from core.signals import send_discovered


def state(record: Any, meta: dict[str, Any] | None = None) -> AuditEntry:
    """One more entry in the chain of a record."""
    entry = AuditEntry(
        action="tool_use",
        origin=Origin.STATED,
        reference_type=record.entity_type,
        reference_id=record.pk,
        meta=meta or {},
    )
    return append(entry)


def discover(entity_type: str = "vendor") -> AuditEntry:
    """One discovery entry, outside any chain."""
    send_discovered(entity_type, None, {"status": "active"})
    return AuditEntry.objects.filter(origin=Origin.DISCOVERY).latest("id")
