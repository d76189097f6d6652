"""How far the trail is settled: up to which id no entry can still appear.

Ids are given out before transactions commit, so on PostgreSQL entry 7 may become visible before entry 6. Whoever
follows the trail by id, or seals it up to an id, must not run ahead of those that are still under way.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from audit.models import AuditEntry

# Every transaction that inserts entries holds this lock from before its first id is given out until it ends.
WRITERS = """
SELECT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND relation = %s::regclass AND mode = 'RowExclusiveLock' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()
"""
PAUSE = 0.01


def commit_horizon(patience: float) -> int | None:
    """The last id that is settled, 0 for an empty trail; None when writers still run after `patience` seconds."""
    last: int = AuditEntry.objects.aggregate(last=Max("id"))["last"] or 0
    if connection.vendor != "postgresql":
        return last  # SQLite has one writer at a time: ids become visible in order
    deadline = time.monotonic() + patience
    awaited = _writers()
    while awaited:
        if time.monotonic() >= deadline:
            return None
        time.sleep(PAUSE)
        awaited &= _writers()
    return last


def checkpoint_cut(patience: float) -> tuple[int, datetime] | None:
    """A settled id and a time before which no entry above that id was dated; None when writers still run.

    Whoever wrote at that time has ended before the id is looked up: entries are dated in the transaction of their act.
    """
    moment = timezone.now()
    if connection.vendor != "postgresql":
        with transaction.atomic():  # waits for the one writer
            return commit_horizon(patience) or 0, moment
    if commit_horizon(patience) is None:
        return None
    last = commit_horizon(patience)
    return None if last is None else (last, moment)


@contextmanager
def streaming_transaction() -> Iterator[None]:
    """A transaction to stream in, where the database streams only in one; on SQLite it would lock out the writers."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        yield


def _writers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(WRITERS, [AuditEntry._meta.db_table])
        return {row[0] for row in cursor.fetchall()}
