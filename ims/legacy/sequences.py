"""Locks and sequences, for inserts with explicit ids."""

from collections.abc import Iterable
from typing import Any

from django.db import connection


def lock(models: Iterable[Any]) -> None:
    """Lock these tables against all other writers until the transaction ends; readers are not blocked.

    So no id of the export can be used between check and insert, and imports cannot run concurrently. SQLite permits
    only one writer anyway.
    """
    names = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models)
    if connection.vendor == "postgresql" and names:
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")


def advance(models: Iterable[Any]) -> None:
    """Advance the sequences past the highest id, never backwards, which would issue an id twice.

    SQLite does this itself.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in models:
            table, key = model._meta.db_table, model._meta.pk.column
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [connection.ops.quote_name(table), key])
            sequence = cursor.fetchone()[0]
            if sequence is None:
                continue
            highest = f"SELECT max({connection.ops.quote_name(key)}) FROM {connection.ops.quote_name(table)}"  # noqa: S608 - names of the models
            cursor.execute(
                f"SELECT setval(%s, GREATEST(({highest}), (SELECT last_value FROM {sequence}))) WHERE ({highest}) > 0",  # noqa: S608
                [sequence],
            )
