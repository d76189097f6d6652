"""The files of the old export: one JSON file for each table, {id: row}. Errors name the exact place."""

import json
import math
import re
from pathlib import Path
from typing import Any

from core.codes import Code
from core.errors import Item, Refusal

Row = dict[str, Any]

MAX_ID = 2**63 - 1
ID = re.compile(r"[1-9][0-9]{0,18}")


def refused(
    code: Code, table: str, detail: str, *, row: int | str | None = None, column: str = "", rule: str = ""
) -> Refusal:
    """A refusal that names its table, row and column."""
    where = table if row is None else f"{table} row {row}"
    sentence = f"{where}, {column}: {detail}" if column else f"{where}: {detail}"
    facts = {"table": table, "id": row}
    return Refusal(code, sentence, rule=rule, errors=[Item(str(code), detail, column or None, facts)])


def malformed(table: str, detail: str, row: int | str | None = None, column: str = "") -> Refusal:
    """The refusal of an export that cannot be read."""
    return refused(Code.MALFORMED_BODY, table, detail, row=row, column=column, rule="legacy_export_well_formed")


def read_id(value: Any) -> int | None:
    """The number of an id in the export (a string or an integer); None for anything else."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    number = int(text) if ID.fullmatch(text) else 0
    return number if 1 <= number <= MAX_ID else None


class Export:
    """The files of one folder. Rows are read on demand and not cached; ids are cached."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ids: dict[str, frozenset[int]] = {}
        self._referred: dict[tuple[Any, ...], frozenset[int]] = {}

    def require(self, tables: list[str]) -> None:
        """Refuse a folder that lacks one of these tables: an incomplete export would import an incomplete history."""
        if not self.folder.is_dir():
            raise malformed(str(self.folder), "the folder does not exist")
        missing = [name for name in tables if not self._path(name).is_file()]
        if missing:
            raise malformed(missing[0], f"the export has no {', no '.join(f'{name}.json' for name in missing)}")

    def rows(self, table: str) -> dict[int, Row]:
        """The rows of a table by id, in the order of their ids. Raises Refusal for an invalid file."""
        content = self._parse(table)
        if not isinstance(content, dict):
            raise malformed(table, "the file is not one JSON object of rows by id")
        rows: dict[int, Row] = {}
        for key, row in content.items():
            number = read_id(key)
            if number is None:
                raise malformed(table, "the id is not a positive integer", row=key)
            if not isinstance(row, dict):
                raise malformed(table, "the row is not a JSON object", row=key)
            rows[number] = row
        self._ids[table] = frozenset(rows)
        return dict(sorted(rows.items()))

    def ids(self, table: str) -> frozenset[int]:
        """The ids in a table of the export."""
        if table not in self._ids:
            self.rows(table)
        return self._ids[table]

    def referred(self, table: str, column: str, **having: frozenset[str]) -> frozenset[int]:
        """The ids in one column of a table, restricted to rows whose other columns have one of the given values."""
        key = (table, column, *sorted(having.items()))
        if key not in self._referred:
            rows = self.rows(table).values()
            chosen = (row for row in rows if all(row.get(name) in values for name, values in having.items()))
            self._referred[key] = frozenset(filter(None, (read_id(row.get(column)) for row in chosen)))
        return self._referred[key]

    def _path(self, table: str) -> Path:
        return self.folder / f"{table}.json"

    def _parse(self, table: str) -> Any:
        try:
            text = self._path(table).read_text(encoding="utf-8-sig")
            content = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
            # Neither database keeps NUL characters or halves of surrogate pairs, and both can hide in escapes.
            if "\\u" in text and not _storable(content):
                raise ValueError("it holds a NUL character or half a surrogate pair")
        except OSError as error:
            raise malformed(table, f"the file cannot be read ({error.strerror})") from error
        except (ValueError, RecursionError) as error:
            raise malformed(table, f"the file is not valid JSON ({error})") from error
        return content


def _unique(pairs: list[tuple[str, Any]]) -> Row:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice} occurs twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is out of range")
    return value


def _storable(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, dict):
        return all(_storable(key) and _storable(each) for key, each in value.items())
    return all(_storable(each) for each in value) if isinstance(value, list) else True
