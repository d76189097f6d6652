"""Reads an exported installation into a new one: all of it or nothing, with ids, times and chains as they were."""

import hashlib
from collections.abc import Callable, Iterator
from typing import IO, Any

import orjson
from django.apps import apps
from django.db import connection, transaction

from audit import triggers
from core.operations.dispatch import execute
from ims.legacy import sequences
from ims.moving.exporting import FORMAT, VERSION, applied_migrations
from ims.moving.tables import columns_of, insert_statement, moved_models, stored
from users.models import User
from users.system import system_principal

BATCH = 1_000


class BadExport(Exception):  # noqa: N818 - an answer for the operator
    """The file, or the database, is not fit for this import."""


def import_from(file: IO[bytes], progress: Callable[[int], None] = lambda done: None) -> int:
    """Replace the seeds of a new installation by all of the file; returns the number of rows. Raises BadExport."""
    lines = Lines(file)
    _check_header(lines.header)
    _check_new()
    with transaction.atomic():
        triggers.remove(connection)
        _empty()
        rows = _insert_all(lines, progress)
        lines.check_end(rows)
        connection.check_constraints()
        sequences.advance(moved_models())
        triggers.install(connection)
        execute("system.import", actor=system_principal(), data={"rows": rows, "digest": lines.end["sha256"]})
    return rows


class Lines:
    """The lines of the file between its header and its end, with the digest of what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._digest, self.end = file, hashlib.sha256(), dict[str, Any]()
        header = next(iter(self), None)
        if not isinstance(header, dict) or header.get("format") != FORMAT:
            raise BadExport("This is no file of export_all.")
        self.header = header

    def __iter__(self) -> Iterator[Any]:
        for line in self._file:
            value = _parsed(line)
            if isinstance(value, dict) and "end" in value:
                self.end = value
                return
            self._digest.update(line)
            yield value

    def check_end(self, rows: int) -> None:
        if self.end != {"end": rows, "sha256": self._digest.hexdigest()}:
            raise BadExport("The file is incomplete, or was changed.")


def _parsed(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadExport("The file is incomplete, or was changed.") from error


def _check_header(header: dict[str, Any]) -> None:
    if header.get("version") != VERSION:
        raise BadExport(f"The file has version {header.get('version')} of the format; this release reads {VERSION}.")
    missing = sorted(set(applied_migrations()) ^ set(header.get("migrations", [])))
    if missing:
        raise BadExport(f"File and database differ in their migrations: {', '.join(missing)}. Use the same release.")


def _check_new() -> None:
    if User.objects.filter(is_system=False).exists():
        raise BadExport("This database is in use. Import into a new one, after manage.py migrate.")


def _empty() -> None:
    with connection.cursor() as cursor:
        for model in moved_models():
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608 - own names


def _insert_all(lines: Lines, progress: Callable[[int], None]) -> int:
    rows, fields, statement, waiting = 0, list[Any](), "", list[list[Any]]()
    with connection.cursor() as cursor:

        def flush() -> None:
            if waiting:
                cursor.executemany(statement, waiting)
                waiting.clear()

        for line in lines:
            if isinstance(line, dict):
                flush()
                fields, statement = _table(line)
                continue
            waiting.append([stored(field, value) for field, value in zip(fields, line, strict=True)])
            rows += 1
            if len(waiting) == BATCH:
                flush()
                progress(rows)
        flush()
    return rows


def _table(line: dict[str, Any]) -> tuple[list[Any], str]:
    try:
        model = apps.get_model(line["table"])
        known = {field.attname: field for field in columns_of(model)}
        fields = [known[name] for name in line["columns"]]
    except (LookupError, ValueError) as error:
        raise BadExport(f"This release has no such table or column: {line}") from error
    return fields, insert_statement(model, fields)


def read_header(file: IO[bytes]) -> dict[str, Any]:
    """The first line of a file. Raises BadExport."""
    return Lines(file).header
