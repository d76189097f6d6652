"""Template filters for report values."""

from typing import Any

from django import template

from reporting.reports.document import Scalar, Table, ValueKind
from reporting.reports.values import shown as shown_value

register = template.Library()


@register.filter
def shown(value: Scalar, kind: str) -> str:
    """A value in readable form, by its kind."""
    return shown_value(value, ValueKind(kind))


@register.filter
def cells(table: Table) -> list[list[tuple[Any, ValueKind]]]:
    """The rows of a table; each value with the kind of its column."""
    kinds = [column.kind for column in table.columns]
    return [list(zip(row, kinds, strict=True)) for row in table.rows]
