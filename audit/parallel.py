"""Verification of the whole trail in several processes, each with its own connection and flat memory.

The shares are the chains by type and record, the discovery entries by id, and the tree. Each share stops at its first
inconsistency, and the first one in the order of shares is reported, which is that of one process.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from django.db import connection
from django.db.models import Max, Min

from audit.chain_reader import ChainBroken, ChainReader
from audit.checkpoint_document import Document, cut_of
from audit.commit_horizon import streaming_transaction
from audit.models import AuditEntry
from audit.processes import connect
from audit.tree_verification import TreeVerification
from audit.verify import VerificationResult

# Records, and discovery entries, of one share.
RECORDS, ENTRIES = 100_000, 500_000


@dataclass(frozen=True, slots=True)
class Share:
    """The chains of a type, or discovery entries (no type), from `low` on and below `high` if that is given."""

    part: str | None
    low: int
    high: int | None

    def entries(self) -> Any:
        """The entries of the share."""
        key = "id" if self.part is None else "reference_id"
        bounds = {f"{key}__gte": self.low, **({} if self.high is None else {f"{key}__lt": self.high})}
        if self.part is None:
            return AuditEntry.objects.filter(sequence__isnull=True, **bounds)
        return AuditEntry.objects.filter(sequence__isnull=False, reference_type=self.part, **bounds)


def verify_in_parallel(
    workers: int, progress: Callable[[int], None] = lambda count: None, *, sealed: Document | None = None
) -> VerificationResult:
    """Verify all entries, and compare them with a checkpoint of the tree. What is not committed is not seen."""
    verdict = VerificationResult(root=sealed["root"] if sealed else None)
    arguments = (dict(connection.settings_dict),)
    with ProcessPoolExecutor(workers, get_context("spawn"), connect, arguments) as pool:
        tree = [pool.submit(_verify_tree, sealed)] if sealed else []
        shares = [pool.submit(_verify_share, each, sealed) for each in _shares()]
        try:
            for future in (*shares, *tree):
                _add(verdict, future.result())
                progress(verdict.entries)
                if verdict.finding:
                    break
        finally:
            pool.shutdown(cancel_futures=True)
    return verdict


def _shares() -> Iterator[Share]:
    chained = AuditEntry.objects.filter(sequence__isnull=False).order_by()
    types = chained.values_list("reference_type").annotate(Min("reference_id"), Max("reference_id"))
    for part, first, last in sorted(types):
        yield from _ranges(part, first, last, RECORDS)
    found = AuditEntry.objects.filter(sequence__isnull=True).aggregate(first=Min("id"), last=Max("id"))
    yield from _ranges(None, found["first"] or 0, found["last"] or 0, ENTRIES)


def _ranges(part: str | None, first: int, last: int, size: int) -> Iterator[Share]:
    """The shares of a part; the last one is open, for entries that are written meanwhile."""
    for low in range(first, last + 1, size):
        yield Share(part, low, low + size if low + size <= last else None)


def _verify_share(share: Share, sealed: Document | None) -> VerificationResult:
    walk = ChainReader()
    if sealed:
        walk.cut, walk.cut_at = sealed["last_entry_id"], cut_of(sealed)
    verdict = VerificationResult()
    try:
        with streaming_transaction(), closing(walk.of_part(share.part, share.entries())) as leaves:
            for _ in leaves:
                pass
    except ChainBroken as broken:
        verdict.finding = broken.finding
    verdict.entries, verdict.chains, verdict.imported_since = walk.entries, walk.chains, walk.imported_since
    return verdict


def _verify_tree(sealed: Document) -> VerificationResult:
    verdict = VerificationResult()
    try:
        with streaming_transaction():
            tree = TreeVerification(sealed, None)
            tree.run()
        verdict.archived = tree.archived
    except ChainBroken as broken:
        verdict.finding = broken.finding
    return verdict


def _add(total: VerificationResult, share: VerificationResult) -> None:
    total.entries += share.entries
    total.chains += share.chains
    total.imported_since += share.imported_since
    total.archived += share.archived
    total.finding = total.finding or share.finding
