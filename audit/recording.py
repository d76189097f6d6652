"""Writes audit entries in the transaction of the act. A failure rolls back the act."""

import zlib
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from types import MappingProxyType
from typing import Any

from django.db import connection
from django.utils import timezone

from audit.chain import GENESIS, canonical_value, entry_hash
from audit.choices import Origin
from audit.models import AuditEntry
from audit.redaction import redacted_changes, redacted_filters
from audit.sources import sealed_source
from core.context import current
from core.reading.discovery import READ
from core.signals import trail_failure_on_error
from core.verbs import Verb

# Ids per statement: below the parameter limit of both databases.
BATCH = 5_000

# Ids of records to be imported, by type, that are known to have no chain.
_unchained: ContextVar[Mapping[str, Container[int]]] = ContextVar("audit_unchained", default=MappingProxyType({}))


@contextmanager
def unchained(reference_type: str, ids: Iterable[int]) -> Iterator[None]:
    """Look up once which of these ids have no chain yet, instead of once for each created record within the block.

    For callers that block other writers of the trail. Imported entries may refer to an id before its record exists. A
    wrong result cannot fork a chain: its sequence is unique.
    """
    free = set(ids)
    for batch in batches(sorted(free)):
        chains = AuditEntry.objects.filter(reference_type=reference_type, reference_id__in=batch, sequence=1)
        free.difference_update(chains.values_list("reference_id", flat=True))
    token = _unchained.set({reference_type: free})
    try:
        yield
    finally:
        _unchained.reset(token)


def record_write(record: Any, *, created: bool, changes: Mapping[str, tuple[Any, Any]]) -> AuditEntry:
    """Record one write of one record. Raises AuditTrailFailure."""
    entry = AuditEntry(
        action=verb_of(record, created=created),
        origin=Origin.SYSTEM,
        reference_type=record.entity_type,
        reference_id=record.pk,
        changes=redacted_changes(record, changes, created=created),
    )
    unchained = record.imported_row is None or record.pk in _unchained.get().get(record.entity_type, ())
    return append(entry, first=created and unchained)


def verb_of(record: Any, *, created: bool) -> Verb:
    """The operation's verb for its own record; for other records, create or update."""
    operation = current().operation
    if record.entity_type == operation.subject:
        return Verb(operation.verb)
    return Verb(record.created_verb) if created else Verb.UPDATE


def record_discovery(entity_type: str, reference_id: int | None, filters: Mapping[str, Any]) -> AuditEntry:
    """Record one read, outside any chain. Raises AuditTrailFailure."""
    asked = redacted_filters(entity_type, filters)
    entry = AuditEntry(
        action=Verb.ENTITY_DISCOVERY,
        origin=Origin.DISCOVERY,
        reference_type=entity_type,
        reference_id=reference_id,
        meta={"entity_type": entity_type, "filters": asked},
    )
    return _insert(entry, "")


def append(entry: AuditEntry, *, first: bool = False) -> AuditEntry:
    """Add an entry to the chain of its record; `first` if the record is new and has no chain. Requires a transaction.

    Raises AuditTrailFailure.
    """
    with trail_failure_on_error():
        head = None if first else _locked_head(entry.reference_type, entry.reference_id)
    entry.sequence = head.sequence + 1 if head else 1
    entry.previous_hash = head.hash if head else GENESIS
    if head and entry.created_at is None:  # a server's clock may be behind the one that wrote the previous entry
        entry.created_at = max(timezone.now(), head.created_at)
    return _insert(entry, entry.previous_hash)


def _locked_head(reference_type: str, reference_id: int | None) -> Any:
    """The last entry of a chain, locked so that no other transaction can extend it."""
    if connection.vendor == "postgresql":
        key = zlib.crc32(reference_type.encode())
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [key - 2**31, (reference_id or 0) % 2**31])
    chain = AuditEntry.objects.filter(reference_type=reference_type, reference_id=reference_id, sequence__isnull=False)
    return chain.order_by("-sequence").only("sequence", "hash", "created_at").first()


def _insert(entry: AuditEntry, previous_hash: str) -> AuditEntry:
    act = current()
    entry.created_at = entry.created_at or timezone.now()
    entry.user_id = entry.user_id if entry.user_id is not None else act.actor.pk
    entry.agent, entry.request_id = act.agent, act.request_id
    entry.token_id = getattr(act.token, "pk", None)
    if act.tool_call:
        entry.meta = {**entry.meta, "tool_call": act.tool_call}
    entry.source, entry.source_seal = sealed_source(act.address)
    entry.operation = act.operation.name if act.operation else READ
    entry.changes, entry.meta = canonical_value(entry.changes), canonical_value(entry.meta)
    with trail_failure_on_error():
        entry.hash = entry_hash(entry.__dict__, previous_hash)
        entry.save()
    return entry


def batches(ids: Iterable[int]) -> Iterator[list[int]]:
    """Split ids into one part for each statement."""
    pending = iter(ids)
    while batch := list(islice(pending, BATCH)):
        yield batch
