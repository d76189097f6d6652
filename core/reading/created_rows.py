"""The row of a record that the request has just created, taken from the record instead of read again."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any


class Unknown(Exception):  # noqa: N818 - not an error
    """A column cannot be taken from the record."""


def row_of_created(record: Any, columns: Iterable[str]) -> dict[str, Any] | None:
    """The row as `values(*columns)` would return it; None if a column is of a related record that is not loaded."""
    try:
        return {column: _value(record, column) for column in columns}
    except Unknown:
        return None


def _value(record: Any, column: str) -> Any:
    *path, name = column.split("__")
    for step in path:
        if record is None:
            return None
        record = _related(record, step)
    return None if record is None else _as_read(getattr(record, name))


def _related(record: Any, name: str) -> Any:
    """A related record that is loaded, or None if there is none."""
    if getattr(record, record._meta.get_field(name).attname) is None:
        return None
    if name not in record._state.fields_cache:
        raise Unknown(name)
    return record._state.fields_cache[name]


def _as_read(value: Any) -> Any:
    """A value in the type in which a database returns it: plain text, times in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return str(value) if isinstance(value, str) else value
