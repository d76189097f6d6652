"""Entries for tests: written through the sink, in the way of the house."""

from typing import Any

from audit.choices import Origin
from audit.models import AuditEntry
from audit.sink import append
from core.sockets import sockets


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
    assert sockets.audit is not None
    sockets.audit.discovered(entity_type, None, {"status": "active"})
    return AuditEntry.objects.filter(origin=Origin.DISCOVERY).latest("id")
