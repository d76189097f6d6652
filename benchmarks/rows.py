"""Many rows, made by the database itself."""

from typing import Any

from django.db import connection


def multiply(model: Any, rows: int, **changed: str) -> None:
    """Copy a table's newest row many times; `changed` gives SQL for the columns that differ, `n` being the number."""
    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    values = [changed.get(name, f'"{name}"') for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} "  # noqa: S608 - our own names
            f"FROM (SELECT * FROM {table} ORDER BY id DESC LIMIT 1) one, generate_series(1, {rows}) n"
        )
        cursor.execute(f"ANALYZE {table}")
