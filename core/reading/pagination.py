"""Keyset pagination: a page starts after a value instead of a row count, so it is stable under inserts at any depth.

A cursor is opaque text that contains the ordering, the direction and the last row's ordering value and id.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any

import orjson
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import DateField, DateTimeField, Q

from core.codes import Code
from core.errors import MAX_ITEMS, Item, Refusal
from core.operations.fields import parse_integer
from core.sql.compiled import CompiledQuery
from core.sql.lookups import rows_of
from core.text.times import FIRST_COMPARABLE, LAST_COMPARABLE, read_day, read_moment

DEFAULT_SIZE = 50
MAX_SIZE = 200
# The maximum number of first pages whose SQL is cached.
MAX_COMPILED = 256


def bad_filter(name: str, detail: str) -> Refusal:
    """The refusal of one query parameter (400 invalid_filter)."""
    return bad_filters({name: detail})


def bad_filters(details: Mapping[str, str]) -> Refusal:
    """The refusal of several query parameters (400 invalid_filter) with the error of each."""
    named = list(islice(details.items(), MAX_ITEMS))
    items = [Item("invalid_filter", detail, name) for name, detail in named]
    sentence = "; ".join(f"{name}: {detail}" for name, detail in named)
    return Refusal(Code.INVALID_FILTER, sentence, rule="known_filters", errors=items)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The start of a page: its ordering, its direction, the last value and id."""

    ordering: str
    backwards: bool
    value: Any
    pk: int

    def encode(self) -> str:
        raw = orjson.dumps([self.ordering, self.backwards, self.value, self.pk], default=str)
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        try:
            padded = text + "=" * (-len(text) % 4)
            ordering, backwards, value, pk = orjson.loads(base64.urlsafe_b64decode(padded))
            return cls(str(ordering), bool(backwards), value, int(pk))
        except (ValueError, TypeError, binascii.Error, orjson.JSONDecodeError):
            raise bad_filter("cursor", "This cursor is invalid; use the cursor of a page.") from None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and the values of the query parameter `control` for the neighbouring pages."""

    rows: list[dict[str, Any]]
    next: str | None
    previous: str | None
    count: int | None = None
    control: str = "cursor"


def read_size(text: str | None) -> int:
    """The requested page size. Raises Refusal for anything other than an integer from 1 to MAX_SIZE."""
    if text is None:
        return DEFAULT_SIZE
    size = parse_integer(text, least=1, most=MAX_SIZE)
    if size is None:
        raise bad_filter("page_size", f"This must be an integer from 1 to {MAX_SIZE}.")
    return size


def read_page(queryset: Any, ordering: str, cursor_text: str | None, size: int, columns: list[str]) -> Page:
    """One page of a queryset's rows, in one statement.

    `ordering` is a column that is never null, with "-" for descending; ties are broken by id.
    """
    column = ordering.removeprefix("-")
    cursor = _start(queryset.model, ordering, column, cursor_text)
    backwards = cursor is not None and cursor.backwards
    descending = ordering.startswith("-") != backwards
    if cursor is not None:
        queryset = queryset.filter(_beyond(column, descending, cursor))
    return _page(list(_rows(queryset, f"-{column}" if descending else column, size, columns)), ordering, size, cursor)


@dataclass(frozen=True, slots=True)
class PageKey:
    """The cache key of a first page: `build` returns an equivalent queryset for equal keys."""

    key: tuple[Any, ...]
    build: Callable[..., Any] = field(compare=False)
    arguments: tuple[Any, ...] = field(compare=False)


def read_first_page(page_key: PageKey, ordering: str, size: int, columns: list[str]) -> Page:
    """The first page of a query seen before, equal to read_page's result but with its compiled SQL reused."""
    return _page(_compiled_rows(page_key, ordering, size, tuple(columns))(), ordering, size, None)


@lru_cache(MAX_COMPILED)
def _compiled_rows(page_key: PageKey, ordering: str, size: int, columns: tuple[str, ...]) -> CompiledQuery:
    return CompiledQuery(lambda: _rows(page_key.build(*page_key.arguments), ordering, size, columns)).ready()


def _rows(queryset: Any, ordering: str, size: int, columns: Iterable[str]) -> Any:
    """The rows of a page plus one, which shows whether there is another page."""
    column = ordering.removeprefix("-")
    return in_order(rows_of(queryset, dict.fromkeys([*columns, column, "id"])), ordering)[: size + 1]


def _page(rows: list[dict[str, Any]], ordering: str, size: int, cursor: Cursor | None) -> Page:
    """The page that starts at a cursor, from its rows plus one."""
    column, backwards = ordering.removeprefix("-"), cursor is not None and cursor.backwards
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    return Page(
        rows,
        next=_link(rows[-1:], ordering, column, backwards=False) if more or backwards else None,
        previous=_link(rows[:1], ordering, column, backwards=True) if (more if backwards else cursor) else None,
    )


def read_batches(queryset: Any, ordering: str, columns: list[str], size: int) -> Iterator[list[dict[str, Any]]]:
    """All rows of a queryset, in order, page by page: one statement for each, with no cursor held open between them.

    The first batch is returned even if it is empty.
    """
    page = read_page(queryset, ordering, None, size, columns)
    yield page.rows
    while page.next is not None:
        page = read_page(queryset, ordering, page.next, size, columns)
        yield page.rows


def in_order(queryset: Any, ordering: str) -> Any:
    """A queryset ordered by a column, "-" for descending, ties by id."""
    sign, column = "-" * ordering.startswith("-"), ordering.removeprefix("-")
    return queryset.order_by(ordering) if column == "id" else queryset.order_by(ordering, f"{sign}id")


def _start(model: Any, ordering: str, column: str, text: str | None) -> Cursor | None:
    if not text:
        return None
    cursor = Cursor.decode(text)
    if cursor.ordering != ordering or not 0 <= cursor.pk < 2**63:
        raise bad_filter("cursor", "This cursor belongs to another ordering.")
    try:
        value = _value_of(model._meta.get_field(column), cursor.value)
    except (ValidationError, FieldDoesNotExist, OverflowError, TypeError, ValueError):
        raise bad_filter("cursor", "This cursor is invalid; use the cursor of a page.") from None
    if value is None or _unstorable(value):
        raise bad_filter("cursor", "This cursor is invalid; use the cursor of a page.")
    return Cursor(ordering, cursor.backwards, value, cursor.pk)


def _value_of(field: Any, value: Any) -> Any:
    """The value of a column in a cursor. Raises what the column's field raises for another type."""
    if isinstance(field, DateTimeField):
        return read_moment(str(value))
    return read_day(str(value)) if isinstance(field, DateField) else field.to_python(value)


def _unstorable(value: Any) -> bool:
    """Whether a caller-supplied value is outside the range that a column can store or the database can compare."""
    if isinstance(value, datetime):
        return not FIRST_COMPARABLE <= value <= LAST_COMPARABLE
    return "\0" in value if isinstance(value, str) else isinstance(value, int) and abs(value) >= 2**63


def _beyond(column: str, descending: bool, cursor: Cursor) -> Q:
    side = "lt" if descending else "gt"
    if column == "id":
        return Q(**{f"id__{side}": cursor.pk})
    tie = Q(**{f"{column}__{side}": cursor.value}) | Q(**{f"id__{side}": cursor.pk})
    return Q(**{f"{column}__{side}e": cursor.value}) & tie


def _link(edge: list[dict[str, Any]], ordering: str, column: str, *, backwards: bool) -> str | None:
    return Cursor(ordering, backwards, edge[0][column], edge[0]["id"]).encode() if edge else None
