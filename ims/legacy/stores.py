"""Storage of imported rows, and recognition of rows imported earlier."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from audit.choices import Origin
from audit.models import AuditEntry
from audit.recording import append, batches
from ims.legacy.export import Row
from ims.legacy.keys import settle_keys
from ims.legacy.schema import Violation


@dataclass(frozen=True, slots=True)
class StoredRow:
    """The stored record of an id: the mark that identifies its original row, and its violations."""

    mark: Any
    violations: list[dict[str, str]]


class RecordStore:
    """Records store their original row and their violations in their own columns, under the id of the row."""

    def mark(self, row: Row) -> Any:
        return row

    def stored(self, model: Any, ids: Iterable[int]) -> dict[int, StoredRow]:
        """The stored records with these ids, one statement per batch."""
        return {
            pk: StoredRow(row, violations or [])
            for batch in batches(ids)
            for pk, row, violations in model.objects.filter(pk__in=batch).values_list(
                "pk", "imported_row", "imported_violations"
            )
        }

    def save(self, record: Any, row: Row, violations: list[Violation]) -> None:
        violations += settle_keys(record)
        record.imported_row, record.imported_violations = row, [each.as_dict() for each in violations]
        record.save()


class AuditStore:
    """Old audit entries are appended to the chain of their record, with their `legacy_id`.

    Only the digest of the original row is stored: the entry's columns contain its data, and the trail must not contain
    raw values that it would not have recorded itself.
    """

    def mark(self, row: Row) -> Any:
        return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()

    def stored(self, model: Any, ids: Iterable[int]) -> dict[int, StoredRow]:
        return {
            legacy_id: StoredRow(meta.get("imported_row_sha256"), meta.get("violations", []))
            for batch in batches(ids)
            for legacy_id, meta in AuditEntry.objects.filter(legacy_id__in=batch).values_list("legacy_id", "meta")
        }

    def save(self, record: Any, row: Row, violations: list[Violation]) -> None:
        record.origin = Origin.IMPORTED
        record.meta = {"imported_row_sha256": self.mark(row), "violations": [each.as_dict() for each in violations]}
        append(record)


Store = RecordStore | AuditStore


def store_of(model: Any) -> Store:
    return AuditStore() if model is AuditEntry else RecordStore()
