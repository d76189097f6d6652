"""Tables in CSV (RFC 4180), with values formatted as in JSON and protected against formula injection."""

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Any

from core.json import dumps

# First characters that make a spreadsheet evaluate a cell as a formula, including the full-width forms.
FORMULAS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")


def cell(value: Any) -> str:
    """One cell: null is empty, nested values are JSON, and a text that would be a formula is prefixed with `'`."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULAS) else value
    return dumps(value).decode().removeprefix('"').removesuffix('"')


def render_csv(lines: Iterable[Iterable[Any]]) -> str:
    """Format lines of a table."""
    out = StringIO()
    csv.writer(out).writerows([cell(value) for value in line] for line in lines)
    return out.getvalue()
