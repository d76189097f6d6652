"""Sequences that would issue an id again: the usual flaw of a restore by hand."""

from collections.abc import Iterator

from django.db import connection

from ims.moving.tables import moved_models


def sequences_behind() -> Iterator[str]:
    """The tables whose next id is already used. SQLite issues the id above the highest."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in moved_models():
            table, key = model._meta.db_table, model._meta.pk.column
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [connection.ops.quote_name(table), key])
            sequence = cursor.fetchone()[0]
            if sequence is None:
                continue
            quote = connection.ops.quote_name
            cursor.execute(
                f"SELECT (SELECT coalesce(max({quote(key)}), 0) FROM {quote(table)}) > "  # noqa: S608 - own names
                f"(SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {sequence})"
            )
            if cursor.fetchone()[0]:
                yield table
