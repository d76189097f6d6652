"""Holding records against their chains: each record is what its entries say, none lacks its chain, none is gone.

A change that went past the product (by SQL, by a migration that was reversed and applied again) leaves no entry, so the
trail alone cannot show it. What the trail does not tell of (audit.redaction) is not compared.
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
from audit.models import AuditEntry
from audit.redaction import is_audited, scalar, value_digest
from core.fields import FoldedKey
from core.models import Record
from core.operations.entities import models_by_type

# So many findings end a verification: what has more of them is no slip.
MOST = 100
EMPTY: tuple[Any, ...] = (None, "", [], {})

Changes = dict[str, Any]
# The entries of one chain, as far as they are needed here: their origin and what they changed, in order.
AuditedValues = list[tuple[str, Changes]]


def verify_records(progress: Callable[[int], None] = lambda count: None) -> tuple[int, list[Finding]]:
    """Hold every record against its chain. How many were compared, and what differs: at most MOST findings.

    What seems to differ is looked at again under a lock, as it may have been written meanwhile.
    """
    compared, findings = 0, list[Finding]()
    for model in audited_models():
        suspects: list[int] = []
        for record, pk, chain in _side_by_side(model):
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
    """Every model whose writes are told, by entity type."""
    found = models_by_type()
    return [found[name] for name in sorted(found) if issubclass(found[name], Record)]


def verify_record(model: Any, pk: int) -> Finding | None:
    """Hold one record against its chain; nobody writes it meanwhile."""
    with transaction.atomic():
        record = model.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
        rows = _entries(model).filter(reference_id=pk).values_list("origin", "changes")
        return _compare(model, pk, record, list(rows))


def is_known(model: Any, pk: int) -> bool:
    """Whether there is such a record, or an entry about it."""
    return bool(model.objects.filter(pk=pk).exists()) or bool(_entries(model).filter(reference_id=pk).exists())


def _side_by_side(model: Any) -> Iterator[tuple[Any, int, AuditedValues]]:
    """Records and chains, each in the order of their ids, as pairs; either may lack the other."""
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
    if record is None:  # entries of an older system may stand under an id that no record has
        problem = "its chain is there, and the record is missing"
        return _finding(FindingKind.RECORD_DELETED, model, pk, problem) if written else None
    if not written:
        return _finding(FindingKind.CHAIN_DELETED, model, pk, "the record is there, and its chain is missing")
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
    if isinstance(field, FoldedKey) or not is_audited(record, name):
        return True
    if name not in state:  # empty when it was created, or a column that came later
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
