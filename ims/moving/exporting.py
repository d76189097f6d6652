"""Writes an installation as lines of JSON: a header, each table with its columns and rows, and an end with a digest."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import orjson
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from core.operations.dispatch import execute
from ims.moving.tables import columns_of, moved_models, plain
from users.system import system_principal

FORMAT, VERSION = "ims-export", 1
CHUNK = 2_000


def export_to(file: IO[bytes], progress: Callable[[int], None] = lambda done: None) -> int:
    """Write everything, as of one moment and with constant memory, and record that; returns the number of rows.

    SQLite's writers wait meanwhile. Raises AuditTrailFailure: then the file must not be used.
    """
    digest, rows = hashlib.sha256(), 0
    with _one_moment():
        for line in _lines():
            file.write(line)
            digest.update(line)
            rows += line.startswith(b"[")
            if rows % CHUNK == 0:
                progress(rows)
    file.write(orjson.dumps({"end": rows, "sha256": digest.hexdigest()}) + b"\n")
    execute("system.export", actor=system_principal(), data={"rows": rows, "digest": digest.hexdigest()})
    return rows


def count_rows() -> int:
    return sum(model._base_manager.count() for model in moved_models())


def applied_migrations() -> list[str]:
    ours = {model._meta.app_label for model in moved_models()}
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations() if app in ours)


@contextmanager
def _one_moment() -> Iterator[None]:
    """A transaction in which nothing that others write appears."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if connection.vendor == "postgresql" and outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _lines() -> Iterator[bytes]:
    header = {"format": FORMAT, "version": VERSION, "at": timezone.now(), "rows": count_rows()}
    yield _line({**header, "migrations": applied_migrations()})
    for model in moved_models():
        names = [field.attname for field in columns_of(model)]
        yield _line({"table": model._meta.label_lower, "columns": names})
        rows = model._base_manager.order_by("pk").values_list(*names)
        for row in rows.iterator(chunk_size=CHUNK):
            yield _line(row)


def _line(value: Any) -> bytes:
    return orjson.dumps(value, default=plain) + b"\n"
