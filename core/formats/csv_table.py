"""Tables in CSV (RFC 4180), values spelled as in JSON, that no spreadsheet takes for anything but data."""

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Any

from core.json import dumps

# What spreadsheets would run as a formula when it begins a text: some take the full-width forms for the plain ones.
FORMULAS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")


def cell(value: Any) -> str:
    """One value: null is empty, what is nested is JSON, a text that would be run as a formula begins with `'`."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULAS) else value
    return dumps(value).decode().removeprefix('"').removesuffix('"')


def written(lines: Iterable[Iterable[Any]]) -> str:
    """Lines of a table."""
    out = StringIO()
    csv.writer(out).writerows([cell(value) for value in line] for line in lines)
    return out.getvalue()
