"""One pass over the whole trail, in a fixed order and with constant memory: checks every entry, yields every leaf.

The leaves are the input of checkpoints: for each chain its head at the cut (type, id, sequence, hash), then each
unchained entry (id, hash). Types are sorted as text in Python, never in the database's collation.
"""

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from time import monotonic
from typing import Any

import orjson
from django.db.models import TextField
from django.db.models.functions import Cast

from audit.chain import CONTENT, GENESIS, entry_hash
from audit.choices import Origin
from audit.models import AuditEntry
from audit.sources import seal_of
from audit.tree.merkle import Tree

CHUNK = 2_000
# Bulk reads fetch JSON as text and parse it here, three times faster than the ORM.
JSON = ("changes", "meta")
JSON_TEXT = {f"{name}_text": Cast(name, TextField()) for name in JSON}
COLUMNS = ("id", *(name for name in CONTENT if name not in JSON), "previous_hash", "hash", "source")
# The part of the unchained entries; it sorts after every entity type.
UNCHAINED = "~unchained"
OTHER_SOURCE = "the address does not match its seal"
NO_CUT = 2**63 - 1
# The tolerated clock difference between servers.
CLOCKS = timedelta(minutes=1)
BACKDATED = "it is dated before the checkpoint, but did not exist when the checkpoint was created"


class FindingKind(StrEnum):
    """The kind of inconsistency."""

    CHANGED = "changed"
    DELETED = "deleted"
    INSERTED = "inserted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    CHAIN_DELETED = "chain_deleted"
    UNCHAINED = "unchained"
    BACKDATED = "backdated"
    UNGUARDED = "unguarded"
    PART_MISSING = "part_missing"
    CHECKPOINT_MISSING = "checkpoint_missing"
    CHECKPOINT_CHANGED = "checkpoint_changed"
    RECORD_DELETED = "record_deleted"
    RECORD_CHANGED = "record_changed"


@dataclass(frozen=True, slots=True)
class Finding:
    """The first inconsistency: the entry (none if it is missing), its record, and the problem."""

    kind: FindingKind
    entry_id: int | None
    reference_type: str | None
    reference_id: int | None
    sequence: int | None
    problem: str

    def __str__(self) -> str:
        entry = f"entry {self.entry_id}, " if self.entry_id is not None else ""
        record = " ".join(str(each) for each in (self.reference_type, self.reference_id) if each is not None)
        sequence = f", sequence {self.sequence}" if self.sequence is not None else ""
        return f"{self.kind} at {entry}{record}{sequence}: {self.problem}"


class ChainBroken(Exception):  # noqa: N818 - an answer, not an error
    """Ends the pass at the first inconsistent entry."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.problem)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A chain's head, or an unchained entry (`key` is the record's or the entry's id; no sequence)."""

    part: str
    key: int
    sequence: int | None
    hash: str

    def __bytes__(self) -> bytes:
        return orjson.dumps([self.part, self.key, self.sequence, self.hash])

    @property
    def place(self) -> tuple[str, int]:
        return (self.part, self.key)


@dataclass(slots=True)
class ChainReader:
    """A complete pass: the entries read, and with `with_parts` the tree of each part at the cut."""

    cut: int = NO_CUT
    cut_at: datetime | None = None
    scope: dict[str, Any] = field(default_factory=dict)
    progress: Callable[[int], None] = lambda count: None
    entries: int = 0
    chains: int = 0
    imported_since: int = 0
    with_parts: bool = False
    parts: dict[str, Tree] = field(default_factory=dict)
    # The place after which to begin, the time (monotonic) after which to stop at the next place, and that place.
    after: tuple[str, int] | None = None
    until: float | None = None
    stopped_at: tuple[str, int] | None = None

    def leaves(self) -> Generator[Leaf, None, None]:
        """Every leaf, in order; a chain that started after the cut has sequence 0 and is in no tree. Raises
        ChainBroken.

        Close the generator before its transaction ends.
        """
        chained = AuditEntry.objects.filter(sequence__isnull=False, **self.scope)
        begun, key = self.after or ("", 0)
        for part in sorted(chained.order_by().values_list("reference_type", flat=True).distinct()):
            if part >= begun and self.stopped_at is None:
                rest = {"reference_id__gt": key} if part == begun else {}
                yield from map(self._counted, self._chains(part, chained.filter(reference_type=part, **rest)))
        if self.stopped_at is None:
            rest = {"id__gt": key} if begun == UNCHAINED else {}
            unchained = AuditEntry.objects.filter(sequence__isnull=True, **self.scope, **rest)
            yield from map(self._counted, self._unchained(unchained))

    def of_part(self, part: str | None, entries: Any) -> Generator[Leaf, None, None]:
        """The leaves of some chains of a type, or of some unchained entries (no type). Raises ChainBroken."""
        return self._unchained(entries) if part is None else self._chains(part, entries)

    def _stops(self, part: str, key: int) -> bool:
        """Whether the time is over, at a place where a pass may stop."""
        if self.until is None or monotonic() < self.until:
            return False
        self.stopped_at = (part, key)
        return True

    def _counted(self, leaf: Leaf) -> Leaf:
        if leaf.sequence != 0 and self.with_parts:
            self.parts.setdefault(leaf.part, Tree()).add(bytes(leaf))
        return leaf

    def _chains(self, part: str, entries: Any) -> Generator[Leaf, None, None]:
        chain: Chain | None = None
        with closing(self._rows(entries.order_by("reference_id", "sequence"))) as rows:
            for row in rows:
                if chain is None or chain.key != row["reference_id"]:
                    if chain is not None:
                        yield chain.head
                        if self._stops(part, chain.key):
                            return
                    chain = Chain(part, row["reference_id"])
                    self.chains += 1
                chain.extend(row, self.cut)
                self._check_date(row)
        if chain is not None:
            yield chain.head

    def _unchained(self, entries: Any) -> Generator[Leaf, None, None]:
        with closing(self._rows(entries.order_by("id"))) as rows:
            for row in rows:
                check_unchained(row)
                self._check_date(row)
                if row["id"] <= self.cut:
                    yield Leaf(UNCHAINED, row["id"], None, row["hash"])
                if self._stops(UNCHAINED, row["id"]):
                    return

    def _rows(self, entries: Any) -> Generator[dict[str, Any], None, None]:
        with closing(read_rows(entries)) as rows:
            for row in rows:
                yield row
                self.entries += 1
                if self.entries % CHUNK == 0:
                    self.progress(self.entries)

    def _check_date(self, row: dict[str, Any]) -> None:
        """Require entries above the cut to be newer than it. Imported entries keep their original dates."""
        if row["id"] <= self.cut or not is_backdated(row, self.cut_at):
            return
        if row["origin"] != Origin.IMPORTED:
            raise ChainBroken(finding_at(FindingKind.BACKDATED, row, BACKDATED))
        self.imported_since += 1


def read_rows(entries: Any, *more: str) -> Generator[dict[str, Any], None, None]:
    """Stream entries, with `more` annotations. Close it explicitly: its cursor does not survive the transaction."""
    names = (*COLUMNS, *JSON, *more)
    read = entries.annotate(**JSON_TEXT).values_list(*COLUMNS, *JSON_TEXT, *more).iterator(chunk_size=CHUNK)
    with closing(read):
        for values in read:
            row = dict(zip(names, values, strict=True))
            row["changes"], row["meta"] = orjson.loads(row["changes"]), orjson.loads(row["meta"])
            yield row


def is_backdated(row: dict[str, Any], cut_at: datetime | None) -> bool:
    """Whether an entry above a checkpoint's cut is dated before it."""
    return cut_at is not None and row["created_at"] < cut_at - CLOCKS


def check_unchained(row: dict[str, Any]) -> None:
    """Check an entry outside any chain. Raises ChainBroken."""
    if row["origin"] != Origin.DISCOVERY:
        raise ChainBroken(finding_at(FindingKind.UNCHAINED, row, "an entry that must be chained is not"))
    if row["hash"] != entry_hash(row, ""):
        raise ChainBroken(finding_at(FindingKind.CHANGED, row, "the content does not match its hash"))
    if _other_source(row):
        raise ChainBroken(finding_at(FindingKind.CHANGED, row, OTHER_SOURCE))


class Chain:
    """One record's chain during a pass: each entry must continue the previous one."""

    def __init__(self, part: str, key: int) -> None:
        self.part, self.key = part, key
        self.head = Leaf(part, key, 0, GENESIS)
        self.last_id, self.sequence, self.hash = 0, 0, GENESIS

    @classmethod
    def before(cls, row: dict[str, Any], predecessor: tuple[int, str] | None) -> "Chain":
        """The chain of an entry up to its predecessor (id, hash), if that exists."""
        chain = cls(row["reference_type"], row["reference_id"])
        if predecessor:
            chain.last_id, chain.hash = predecessor
            chain.sequence = row["sequence"] - 1
        else:
            chain.sequence = max(row["sequence"] - 2, 0)
        return chain

    def extend(self, row: dict[str, Any], cut: int) -> None:
        """Check the next entry; it becomes the head unless it is after the cut. Raises ChainBroken."""
        if problem := self._problem(row):
            raise ChainBroken(finding_at(problem[0], row, problem[1]))
        self.last_id, self.sequence, self.hash = row["id"], row["sequence"], row["hash"]
        if row["id"] <= cut:
            self.head = Leaf(self.part, self.key, row["sequence"], row["hash"])

    def _problem(self, row: dict[str, Any]) -> tuple[FindingKind, str] | None:
        expected = self.sequence + 1
        if row["sequence"] > expected:
            return FindingKind.DELETED, f"entry {expected} of the chain is missing"
        if row["sequence"] < expected:
            return FindingKind.INSERTED, "the chain has two entries with this sequence"
        if row["id"] <= self.last_id:
            return FindingKind.REORDERED, "the entry is older than the previous one in the chain"
        if row["previous_hash"] != self.hash:
            return (
                FindingKind.REORDERED,
                "the link to the previous entry is broken: an entry was reordered, inserted or removed",
            )
        if row["hash"] != entry_hash(row, self.hash):
            return FindingKind.CHANGED, "the content does not match its hash"
        return (FindingKind.CHANGED, OTHER_SOURCE) if _other_source(row) else None


def _other_source(row: dict[str, Any]) -> bool:
    """Whether an address does not match its seal. Proofs that are handed out have no addresses."""
    return "source" in row and bool(seal_of(row["source"]) != row["source_seal"])


def finding_at(kind: FindingKind, row: dict[str, Any], problem: str) -> Finding:
    """The finding for an existing entry."""
    return Finding(kind, row["id"], row["reference_type"], row["reference_id"], row["sequence"], problem)
