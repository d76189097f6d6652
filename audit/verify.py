"""Verification: reads every chain from its beginning and names the first entry that does not hold."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from audit.chain import CONTENT, GENESIS, entry_hash
from audit.choices import Origin
from audit.models import AuditEntry

CHUNK = 2_000
COLUMNS = ("id", *CONTENT, "previous_hash", "hash")


@dataclass(frozen=True, slots=True)
class Finding:
    """The first entry that does not hold: which one, of which record, and what is wrong with it."""

    entry_id: int
    reference_type: str
    reference_id: int | None
    sequence: int | None
    problem: str


@dataclass(slots=True)
class Verdict:
    """What a verification has read, and what it found."""

    entries: int = 0
    chains: int = 0
    finding: Finding | None = None

    @property
    def verified(self) -> bool:
        return self.finding is None


def verify(progress: Callable[[int], None] = lambda count: None, **scope: Any) -> Verdict:
    """Verify all entries, or those of one record (`reference_type`, `reference_id`). Memory stays flat."""
    verdict = Verdict()
    verdict.finding = _verify_chains(verdict, progress, scope) or _verify_unchained(verdict, progress, scope)
    return verdict


def _verify_chains(verdict: Verdict, progress: Callable[[int], None], scope: dict[str, Any]) -> Finding | None:
    key, sequence, previous = None, 0, GENESIS
    chained = AuditEntry.objects.filter(sequence__isnull=False, **scope)
    for row in _rows(chained.order_by("reference_type", "reference_id", "sequence")):
        verdict.entries += 1
        if (row["reference_type"], row["reference_id"]) != key:
            key, sequence, previous = (row["reference_type"], row["reference_id"]), 0, GENESIS
            verdict.chains += 1
        if problem := _problem(row, sequence + 1, previous):
            return _finding(row, problem)
        sequence, previous = row["sequence"], row["hash"]
        if verdict.entries % CHUNK == 0:
            progress(verdict.entries)
    return None


def _verify_unchained(verdict: Verdict, progress: Callable[[int], None], scope: dict[str, Any]) -> Finding | None:
    for row in _rows(AuditEntry.objects.filter(sequence__isnull=True, **scope).order_by("id")):
        verdict.entries += 1
        if row["origin"] != Origin.DISCOVERY:
            return _finding(row, "an entry that must be chained is not")
        if row["hash"] != entry_hash(row, ""):
            return _finding(row, "the content does not match its hash")
        if verdict.entries % CHUNK == 0:
            progress(verdict.entries)
    return None


def _problem(row: dict[str, Any], sequence: int, previous: str) -> str:
    if row["sequence"] != sequence:
        return f"entry {sequence} of the chain is missing"
    if row["previous_hash"] != previous:
        return "the link to the entry before it is broken"
    if row["hash"] != entry_hash(row, previous):
        return "the content does not match its hash"
    return ""


def _finding(row: dict[str, Any], problem: str) -> Finding:
    return Finding(row["id"], row["reference_type"], row["reference_id"], row["sequence"], problem)


def _rows(queryset: Any) -> Iterator[dict[str, Any]]:
    return iter(queryset.values(*COLUMNS).iterator(chunk_size=CHUNK))
