"""Compares records with their chains: each record matches its entries, none lacks its chain, none is missing.

A change outside the product (by SQL, or by a migration that was reversed and reapplied) has no entry, so the trail
alone cannot reveal it. Columns that are not audited (audit.redaction) are not compared.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from audit.chain_reader import CHUNK, Finding, FindingKind
from audit.choices import Origin
from audit.commit_horizon import streaming_transaction
from audit.models import AuditEntry, Checkpoint
from audit.redaction import is_audited, scalar, value_digest
from core.models import Record
from core.operations.entities import models_by_type
from core.sql.locking import locking

# The maximum number of findings.
MOST = 100
EMPTY: tuple[Any, ...] = (None, "", [], {})

Changes = dict[str, Any]
# The entries of one chain, reduced to their origin and changes, in order.
AuditedValues = list[tuple[str, Changes]]


def verify_records(progress: Callable[[int], None] = lambda count: None) -> tuple[int, list[Finding]]:
    """Compare every record with its chain. Returns the number of comparisons and at most MOST findings.

    An apparent difference is checked again under a lock, because of concurrent writes.
    """
    compared, findings = 0, list[Finding]()
    for model in audited_models():
        suspects: list[int] = []
        for record, pk, chain in _records_and_chains(model):
            compared += 1
            if _compare(model, pk, record, chain):
                suspects.append(pk)
            if compared % CHUNK == 0:
                progress(compared)
            if len(suspects) == MOST:
                break
        findings += filter(None, (verify_record(model, pk) for pk in suspects))
        if len(findings) >= MOST:
            break
    return compared, findings[:MOST]


def audited_models() -> list[Any]:
    """Every model whose writes are audited, by entity type."""
    found = models_by_type()
    return [found[name] for name in sorted(found) if issubclass(found[name], Record)]


def verify_record(model: Any, pk: int) -> Finding | None:
    """Compare one record with its chain, under a lock; checkpoints never change, and need none."""
    found = model.objects.filter(pk=pk)
    with transaction.atomic():
        record = (found if model is Checkpoint else locking(found)).first()
        rows = _entries(model).filter(reference_id=pk).values_list("origin", "changes")
        return _compare(model, pk, record, list(rows))


def is_known(model: Any, pk: int) -> bool:
    """Whether the record, or an entry about it, exists."""
    return bool(model.objects.filter(pk=pk).exists()) or bool(_entries(model).filter(reference_id=pk).exists())


def _records_and_chains(model: Any) -> Iterator[tuple[Any, int, AuditedValues]]:
    """Records and chains, each ordered by id, as pairs; either may be missing."""
    rows = _entries(model).values_list("reference_id", "origin", "changes").iterator(chunk_size=CHUNK)
    records = model.objects.order_by("pk").iterator(chunk_size=CHUNK)
    with streaming_transaction(), closing(rows), closing(records):
        chains = groupby(rows, key=itemgetter(0))
        record, chain = next(records, None), next(chains, None)
        while record is not None or chain is not None:
            pk = min(each for each in (record and record.pk, chain and chain[0]) if each is not None)
            entries = [row[1:] for row in chain[1]] if chain is not None and chain[0] == pk else []
            mine = record if record is not None and record.pk == pk else None
            yield mine, pk, entries
            record = next(records, None) if mine is not None else record
            chain = next(chains, None) if chain is not None and chain[0] == pk else chain


def _entries(model: Any) -> Any:
    return AuditEntry.objects.filter(reference_type=model.entity_type, sequence__isnull=False).order_by(
        "reference_id", "sequence"
    )


def _compare(model: Any, pk: int, record: Any, chain: AuditedValues) -> Finding | None:
    written = [changes for origin, changes in chain if origin == Origin.SYSTEM]
    if record is None:  # imported entries may refer to an id that no record has
        problem = "its chain exists, but the record is missing"
        return _finding(FindingKind.RECORD_DELETED, model, pk, problem) if written else None
    if not written:
        return _finding(FindingKind.CHAIN_DELETED, model, pk, "the record exists, but its chain is missing")
    state: Changes = {}
    for changes in written:
        state |= changes
    differing = [field.attname for field in model._meta.concrete_fields if not _holds(record, field, state)]
    if not differing:
        return None
    return _finding(
        FindingKind.RECORD_CHANGED, model, pk, f"the record differs from its chain in {', '.join(differing)}"
    )


def _holds(record: Any, field: Any, state: Changes) -> bool:
    name, value = field.attname, getattr(record, field.attname)
    if not is_audited(type(record), field):
        return True
    if name not in state:  # empty at creation, or a column added later
        return value in EMPTY or value == field.get_default()
    last = state[name]
    if "new" not in last:
        return bool(value_digest(value) == last)
    new = last["new"]
    try:
        return bool(field.to_python(new) == field.to_python(value))
    except ValidationError:
        return bool(new == scalar(value))


def _finding(kind: FindingKind, model: Any, pk: int, problem: str) -> Finding:
    return Finding(kind, None, model.entity_type, pk, None, problem)
