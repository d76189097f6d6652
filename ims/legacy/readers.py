"""Readers of values: a value that cannot be stored refuses the export; one that only violates a current rule is
reported.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.db.models import DateTimeField
from rest_framework import serializers

from audit.redaction import LONG_KINDS, LONGEST, utc_text, value_digest
from core.operations.entities import models_by_type
from core.text.characters import control_character_in, with_line_feeds, without_control_characters
from core.text.folding import is_blank
from core.text.times import EARLIEST, LATEST, read_day, read_moment
from ims.legacy.export import read_id
from ims.legacy.schema import Cell, Reader

Parsed = TypeVar("Parsed", date, datetime)

# The range of a positive integer column in both databases.
MAX_INTEGER = 2**31 - 1
MAX_PORT = 65_535
# Common notations of an extension after the number.
EXTENSION = re.compile(r"[\s,;]*(?:ext(?:ension|n)?\.?|x|#|;ext=)\s*([0-9]{1,7})\s*$", re.IGNORECASE)


def text(cell: Cell) -> str | None:
    """Text without control characters. Null becomes an empty string if the column isn't nullable."""
    if cell.value is None:
        return None if cell.column.null else ""
    if not isinstance(cell.value, str):
        cell.reject("must be text")
    if found := control_character_in(with_line_feeds(cell.value)):
        cell.add_violation("control_characters", f"U+{ord(found):04X} is removed")
    return _fitting(cell, without_control_characters(cell.value))


def through_field(field: serializers.Field, rule: str) -> Reader:  # type: ignore[type-arg]
    """Text validated by an input field of the current API: normalised if valid, otherwise unchanged and reported."""

    def read(cell: Cell) -> str:
        raw = text(cell) or ""
        try:
            return _fitting(cell, field.run_validation("" if is_blank(raw) else raw))
        except serializers.ValidationError as error:
            cell.add_violation(rule, " ".join(str(each) for each in error.detail))
            return raw

    return read


def without_extension(phone: Reader) -> Reader:
    """A telephone number; its extension, which cannot be stored, is reported."""

    def read(cell: Cell) -> str:
        raw = cell.value if isinstance(cell.value, str) else ""
        extension = EXTENSION.search(raw)
        if extension:
            cell.add_violation("valid_phone", f"the extension {extension[1]} is kept only in the original row")
        return str(phone(_with(cell, raw[: extension.start()]) if extension else cell))

    return read


def full_name(field: serializers.Field, rule: str) -> Reader:  # type: ignore[type-arg]
    """A name of several parts, validated by an input field of the current API."""
    whole = through_field(field, rule)

    def read(cell: Cell) -> str:
        if not all(isinstance(part, str) for part in cell.value):
            cell.reject("must be text")
        return str(whole(_with(cell, " ".join(part for part in cell.value if part))))

    return read


def choice(was: Mapping[str, str] | None = None) -> Reader:
    """One of the model's choices; `was` maps former values to current ones, and each mapped value is reported."""
    former = was or {}

    def read(cell: Cell) -> str:
        raw = text(cell) or ""
        if raw in former:
            cell.add_violation("value_of_today", f"{raw} is kept as {former[raw]}")
            return former[raw]
        if raw not in {value for value, _ in cell.column.choices}:
            cell.reject(f"{raw!r} is not a current value, and the mapping does not contain it")
        return raw

    return read


def choice_or_blank(cell: Cell) -> str:
    """One of the model's choices, or an empty string: another column stores the text anyway."""
    known = {value for value, _ in cell.column.choices}
    return cell.value if isinstance(cell.value, str) and cell.value in known else ""


def identifier(cell: Cell) -> int | None:
    """An id, a string in the export."""
    if cell.value is None and cell.column.null:
        return None
    number = read_id(cell.value)
    return number if number is not None else cell.reject("must be an id, a positive integer")


def required(reader: Reader) -> Reader:
    """A required value, even if the model's column is nullable."""

    def read(cell: Cell) -> Any:
        return reader(cell) if cell.value is not None else cell.reject("must not be null")

    return read


def given(value: Any) -> Reader:
    """A constant."""
    return lambda cell: value


def computed_from_id(compute: Callable[[int], str]) -> Reader:
    """A value that the current system computes from the id: it is not stored, and a different one is reported."""

    def read(cell: Cell) -> None:
        if cell.value != compute(cell.row_id):
            cell.add_violation(
                "computed_from_id", f"{cell.value!r} in the export; the current value is {compute(cell.row_id)}"
            )

    return read


@dataclass(frozen=True, slots=True)
class Reference:
    """The record of another table of the export. Refuses the export if that table has no such row."""

    table: str

    def __call__(self, cell: Cell) -> Any:
        number = identifier(cell)
        if number is None:
            return None
        record = cell.state.records[self.table].get(number)
        return record if record is not None else cell.reject(f"there is no row {number} in {self.table}")


def number(cell: Cell) -> int | None:
    """An integer from 0 to MAX_INTEGER."""
    if cell.value is None and cell.column.null:
        return None
    if isinstance(cell.value, bool) or not isinstance(cell.value, int):
        cell.reject("must be an integer")
    if not 0 <= cell.value <= MAX_INTEGER:
        cell.reject(f"must be from 0 to {MAX_INTEGER}")
    return cell.value


def hours_as_minutes(cell: Cell) -> int | None:
    """Hours, converted to minutes."""
    hours = number(cell)
    return hours if hours is None else number(_with(cell, hours * 60))


def decimal(cell: Cell) -> Decimal | None:
    """A decimal number that the column stores without rounding."""
    if cell.value is None and cell.column.null:
        return None
    if isinstance(cell.value, bool) or not isinstance(cell.value, int | float | str):
        cell.reject("must be a number")
    try:
        value = Decimal(str(cell.value))
        places = value.quantize(Decimal(1).scaleb(-cell.column.decimal_places))
    except InvalidOperation:
        cell.reject("is out of range")
    if not value.is_finite() or places != value or len(places.as_tuple().digits) > cell.column.max_digits:
        cell.reject(
            f"has more digits than can be stored ({cell.column.max_digits}, {cell.column.decimal_places} decimals)"
        )
    return value


def boolean(cell: Cell) -> bool:
    if not isinstance(cell.value, bool):
        cell.reject("must be true or false")
    return bool(cell.value)


def timestamp(cell: Cell) -> datetime | None:
    """A time in RFC 3339; without an offset it is UTC."""
    return _parsed(cell, read_moment, "a time, YYYY-MM-DDThh:mm:ss", EARLIEST, LATEST - timedelta(seconds=1))


def day(cell: Cell) -> date | None:
    """A date, YYYY-MM-DD."""
    return _parsed(cell, read_day, "a date, YYYY-MM-DD", EARLIEST.date(), LATEST.date() - timedelta(days=1))


def port_list(cell: Cell) -> list[int]:
    """The single port of the old system, as a list."""
    if cell.value is None:
        return []
    port = number(cell)
    if port is None or not 1 <= port <= MAX_PORT:
        cell.add_violation("port_in_range", f"{port} is not a port, 1 to {MAX_PORT}")
    return [] if port is None else [port]


def legacy_change(cell: Cell) -> dict[str, Any]:
    """The changes of an old audit entry as the current trail would record them: by default only a digest."""
    reference_type, name, old, new = cell.value
    if name is None:
        return {}
    if not isinstance(name, str):
        cell.reject("must be the name of a field")
    if not _is_disclosable(reference_type, name, old, new):
        return {name: value_digest([old, new])}
    field = models_by_type()[reference_type]._meta.get_field(name)
    return {name: {"old": _normalized(field, old), "new": _normalized(field, new)}}


def _normalized(field: Any, value: Any) -> Any:
    """A time in the format of the current trail; anything else unchanged."""
    if not isinstance(field, DateTimeField) or not isinstance(value, str):
        return value
    timestamp = read_moment(value)
    return value if timestamp is None else utc_text(timestamp)


def _is_disclosable(reference_type: Any, name: str, *values: Any) -> bool:
    model = models_by_type().get(reference_type)
    if model is None:
        return False
    field = {each.name: each for each in model._meta.concrete_fields}.get(name)
    private = field is None or name in getattr(model, "redacted", ()) or isinstance(field, LONG_KINDS)
    scalar = all(value is None or isinstance(value, bool | int | str) for value in values)
    return scalar and not private and all(len(str(value)) <= LONGEST for value in values)


def no_password(cell: Cell) -> str:
    """Passwords are not imported: each account needs a new activation token."""
    return make_password(None)


def _parsed(cell: Cell, parse: Callable[[str], Parsed | None], form: str, first: Parsed, last: Parsed) -> Parsed | None:
    """A value between two bounds; one beyond them becomes the nearer bound and is reported."""
    if cell.value is None and cell.column.null:
        return None
    if not isinstance(cell.value, str):
        cell.reject(f"must be {form}")
    value = parse(cell.value)
    if value is None:
        cell.reject(f"{cell.value!r} is not {form}")
    stored = min(max(value, first), last)
    if stored != value:
        cell.add_violation("year_in_range", f"{cell.value} is kept as {stored.isoformat()}")
    return stored


def _fitting(cell: Cell, value: str) -> str:
    longest = getattr(cell.column, "max_length", None)
    if longest is not None and len(value) > longest:
        cell.reject(f"is longer than {longest} characters")
    return value


def _with(cell: Cell, value: Any) -> Cell:
    return Cell(cell.table, cell.row_id, cell.source, value, cell.column, cell.state, cell.violations)
