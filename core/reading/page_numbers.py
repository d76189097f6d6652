"""Numbered pages, for collections that are small enough to count and to skip rows."""

from collections.abc import Mapping
from typing import Any

from core.reading.pagination import Page, bad_filter, in_order
from core.sql.lookups import rows_of

# The last page number: an offset is scanned row by row, so it is bounded.
LAST_PAGE = 10_000


def read_number(params: Mapping[str, str]) -> int:
    """The requested page number. Raises Refusal (400 invalid_filter)."""
    text = params["page"]
    if params.get("cursor"):
        raise bad_filter("cursor", "This cannot be combined with page.")
    if not text.isascii() or not text.isdigit() or len(text) > len(str(LAST_PAGE)) or not 1 <= int(text) <= LAST_PAGE:
        raise bad_filter("page", f"This must be an integer from 1 to {LAST_PAGE}.")
    return int(text)


def read_numbered(queryset: Any, ordering: str, number: int, size: int, columns: list[str]) -> Page:
    """One page of a queryset's rows and their total count, in two statements; beyond the last page it is empty."""
    count = queryset.count()
    start, last = (number - 1) * size, -(-count // size)
    ordered = in_order(rows_of(queryset, columns), ordering)
    rows = list(ordered[start : start + size]) if start < count else []
    return Page(
        rows,
        next=str(number + 1) if number < last else None,
        previous=str(min(number - 1, last)) if number > 1 and last else None,
        count=count,
        control="page",
    )
