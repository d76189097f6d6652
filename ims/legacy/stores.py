"""Where imported rows are kept, and how a row that was imported before is known again."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from audit.choices import Origin
from audit.models import AuditEntry
from audit.recording import append, batches
from ims.legacy.export import Row
from ims.legacy.schema import Violation


@dataclass(frozen=True, slots=True)
class Kept:
    """What the database holds under an id of the export: the mark of its original row, and its violations."""

    mark: Any
    violations: list[dict[str, str]]


class RecordStore:
    """Records keep their original row and their violations themselves, under the id of the row."""

    def mark(self, row: Row) -> Any:
        return row

    def kept(self, model: Any, ids: Iterable[int]) -> dict[int, Kept]:
        """What stands under these ids already: one statement for each batch of them."""
        return {
            pk: Kept(row, violations or [])
            for batch in batches(ids)
            for pk, row, violations in model.objects.filter(pk__in=batch).values_list(
                "pk", "imported_row", "imported_violations"
            )
        }

    def save(self, record: Any, row: Row, violations: list[Violation]) -> None:
        record.imported_row, record.imported_violations = row, [each.as_dict() for each in violations]
        record.save()


class AuditStore:
    """Old audit entries join the chain of the record they speak of, under their `legacy_id`.

    The original row is kept as its digest: all that it says stands in the entry's own columns, and the trail must
    not hold raw values that it would not have recorded itself.
    """

    def mark(self, row: Row) -> Any:
        return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()

    def kept(self, model: Any, ids: Iterable[int]) -> dict[int, Kept]:
        return {
            legacy_id: Kept(meta.get("imported_row_sha256"), meta.get("violations", []))
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
