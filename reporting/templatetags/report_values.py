"""Template filters for report values."""

import re
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from reporting.reports.document import Scalar, Table, ValueKind
from reporting.reports.values import shown as shown_value

register = template.Library()

# The lengths after which unbroken text gets a place to break, and a line break: a layout takes time proportional to the
# square of what it cannot break.
PIECE, LINE = 24, 192
UNBROKEN = re.compile(rf"\S{{{PIECE + 1},}}")


@register.filter
def shown(value: Scalar, kind: str) -> SafeString:
    """A value in readable form, by its kind."""
    return breakable(shown_value(value, ValueKind(kind)))


@register.filter
def breakable(text: str) -> SafeString:
    """Escaped text that can be broken into lines anywhere often enough."""
    parts, last = list[str](), 0
    for run in UNBROKEN.finditer(str(text)):
        parts += [escape(text[last : run.start()]), "\n".join(map(_pieces, _split(run[0], LINE)))]
        last = run.end()
    return mark_safe("".join([*parts, escape(text[last:])]))  # noqa: S308 - every part is escaped


def _pieces(line: str) -> str:
    return "<wbr>".join(map(escape, _split(line, PIECE)))


def _split(text: str, length: int) -> list[str]:
    return [text[start : start + length] for start in range(0, len(text), length)]


@register.filter
def cells(table: Table) -> list[list[tuple[Any, ValueKind]]]:
    """The rows of a table; each value with the kind of its column."""
    kinds = [column.kind for column in table.columns]
    return [list(zip(row, kinds, strict=True)) for row in table.rows]
