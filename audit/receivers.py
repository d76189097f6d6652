"""Receivers of core's signals. They call audit.recording; a failure rolls back the act."""

from collections.abc import Mapping
from typing import Any

from audit.models import AuditEntry
from audit.recording import record_discovery, record_write
from core.signals import RECORDER, record_read, record_saved


def connect() -> None:
    """Receive every write and every read."""
    record_saved.connect(on_saved, dispatch_uid=RECORDER)
    record_read.connect(on_read, dispatch_uid=RECORDER)


def on_saved(record: Any, created: bool, changes: Mapping[str, tuple[Any, Any]], **kwargs: Any) -> AuditEntry:
    return record_write(record, created=created, changes=changes)


def on_read(entity_type: str, reference_id: int | None, filters: Mapping[str, Any], **kwargs: Any) -> AuditEntry:
    return record_discovery(entity_type, reference_id, filters)
