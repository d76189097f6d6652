"""The leaves of the tree: one for each sealed entry, in the order of the entries' ids.

The position of an entry is assigned when it is sealed. A checkpoint seals only entries below the commit horizon, so no
entry can appear between sealed ones later; one that does was inserted past the product, and is in no tree.
"""

from collections.abc import Generator
from contextlib import closing
from typing import Any, NamedTuple

import orjson

from audit.models import AuditEntry

# Rows for each fetch; they are small.
CHUNK = 10_000
COLUMNS = ("id", "reference_type", "reference_id", "sequence", "hash")


class SealedEntry(NamedTuple):
    """The sealed form of an entry: its hash covers the content and the previous hash."""

    id: int
    reference_type: str
    reference_id: int | None
    sequence: int | None
    hash: str

    def __bytes__(self) -> bytes:
        """The content of the leaf: `[id,"type",record id,sequence,"hash"]`; discovery entries have no sequence."""
        return orjson.dumps(list(self))

    @classmethod
    def read(cls, content: bytes) -> "SealedEntry":
        """The entry of a leaf. Raises ValueError, TypeError."""
        return cls(*orjson.loads(content))

    @property
    def place(self) -> tuple[str, int | None, int | None]:
        return (self.reference_type, self.reference_id, self.sequence)


def entries_up_to(cut: int) -> Generator[SealedEntry, None, None]:
    """Stream the present entries up to a cut. Close it before its transaction ends."""
    entries = AuditEntry.objects.filter(id__lte=cut).order_by("id")
    rows: Any = entries.values_list(*COLUMNS).iterator(chunk_size=CHUNK)
    with closing(rows):
        for row in rows:
            yield SealedEntry(*row)
