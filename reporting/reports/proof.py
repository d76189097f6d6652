"""The audit proof of an incident: every chain of its records, read in one statement and verified."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db.models import Q

from audit.chain import CONTENT
from audit.chain_reader import NO_CUT, Chain, ChainBroken
from audit.models import AuditEntry

COLUMNS = ("id", *CONTENT, "previous_hash", "hash")

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChainProof:
    """One record's chain: its entries, its head, and the first inconsistency, if any."""

    reference_type: str
    reference_id: int
    entries: tuple[Entry, ...] = field(repr=False)
    problem: str = ""

    @property
    def head(self) -> str:
        return str(self.entries[-1]["hash"])

    @property
    def verified(self) -> bool:
        return not self.problem


def chains_of(references: Mapping[str, Iterable[int]]) -> list[ChainProof]:
    """The verified chains of these records (entity type → ids); records without a chain are omitted."""
    wanted = Q()
    for kind, ids in references.items():
        wanted |= Q(reference_type=kind, reference_id__in=list(ids))
    chained = AuditEntry.objects.filter(wanted, sequence__isnull=False) if references else AuditEntry.objects.none()
    rows = sorted(chained.order_by().values(*COLUMNS), key=_place)
    grouped = groupby(rows, key=lambda row: (row["reference_type"], row["reference_id"]))
    return [_proved(kind, pk, tuple(entries)) for (kind, pk), entries in grouped]


def _place(row: Entry) -> tuple[str, int, int]:
    return row["reference_type"], row["reference_id"], row["sequence"]


def _proved(kind: str, pk: int, entries: tuple[Entry, ...]) -> ChainProof:
    chain = Chain(kind, pk)
    try:
        for row in entries:
            chain.extend(row, NO_CUT)
    except ChainBroken as broken:
        return ChainProof(kind, pk, entries, str(broken.finding))
    return ChainProof(kind, pk, entries)
