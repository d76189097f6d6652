"""The commit horizon: the id up to which no further entry can appear.

Ids are assigned before transactions commit, so on PostgreSQL entry 7 may become visible before entry 6. A client that
follows the trail by id, or a checkpoint up to an id, must not overtake open transactions.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from audit.models import AuditEntry

# Every transaction that inserts entries holds this lock from before its first id is assigned until it ends.
WRITERS = """
SELECT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND relation = %s::regclass AND mode = 'RowExclusiveLock' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()
"""
PAUSE = 0.01


def commit_horizon(patience: float) -> int | None:
    """The last stable id, 0 for an empty trail; None if writers are still running after `patience` seconds."""
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
    """A stable id and a time, such that no entry above the id has an earlier date; None if writers are still running.

    All writers at that time have ended before the id is looked up: entries are dated in the transaction of their act.
    """
    moment = timezone.now()
    if connection.vendor != "postgresql":
        with transaction.atomic():  # waits for the single writer
            return commit_horizon(patience) or 0, moment
    if commit_horizon(patience) is None:
        return None
    last = commit_horizon(patience)
    return None if last is None else (last, moment)


@contextmanager
def streaming_transaction() -> Iterator[None]:
    """A transaction for streaming, if the database requires one; on SQLite it would block the writers."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        yield


def _writers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(WRITERS, [AuditEntry._meta.db_table])
        return {row[0] for row in cursor.fetchall()}
