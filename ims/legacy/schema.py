"""The schema of the mapping: tables, their columns, and the rules whose violations are reported."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from django.db import models

from ims.legacy.export import Export, malformed


@dataclass(frozen=True, slots=True)
class Violation:
    """One current rule that an imported row violates."""

    rule: str
    detail: str

    def as_dict(self) -> dict[str, str]:
        return {"rule": self.rule, "detail": self.detail}


@dataclass
class ImportState:
    """The state of an import: the export, the table of each entity type, and the records that others refer to."""

    export: Export
    tables: Mapping[str, str]
    records: dict[str, dict[int, Any]] = field(default_factory=dict)
    _groups: dict[tuple[str, str], dict[Any, list[Any]]] = field(default_factory=dict)

    def group(self, table: str, attribute: str, value: Any) -> list[Any]:
        """The records of a table that share a value of one attribute."""
        key = (table, attribute)
        if key not in self._groups:
            groups = self._groups[key] = defaultdict(list)
            for record in self.records[table].values():
                groups[getattr(record, attribute)].append(record)
        return self._groups[key].get(value, [])

    def forget(self, table: str) -> None:
        """Drop the records that no later table refers to."""
        self.records.pop(table, None)
        self._groups = {key: groups for key, groups in self._groups.items() if key[0] != table}


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row: its source column, its target attribute, and the state of the import."""

    table: str
    row_id: int
    source: str
    value: Any
    column: Any
    state: ImportState
    violations: list[Violation]

    def reject(self, detail: str) -> NoReturn:
        """Refuse the export: this value cannot be stored."""
        raise malformed(self.table, detail, self.row_id, self.source)

    def add_violation(self, rule: str, detail: str) -> None:
        """Keep the value, and report the rule that it violates."""
        self.violations.append(Violation(rule, f"{self.source}: {detail}"))


Reader = Callable[[Cell], Any]
# A rule returns a sentence that describes the violation, or an empty string.
Rule = Callable[[Any, ImportState], str]


@dataclass(frozen=True, slots=True)
class Column:
    """One attribute of a model: its reader, and its source columns in the export (none for a constant).

    The reader receives the value of a single column, or a tuple for several. Without a target, the value is only
    checked, because the current system derives it.
    """

    target: str
    read: Reader
    sources: tuple[str, ...]


def column(target: str, read: Reader, *sources: str) -> Column:
    return Column(target, read, sources)


def checked(source: str, read: Reader) -> Column:
    return Column("", read, (source,))


def no_derived_values(record: Any) -> None:
    """No value is derived from the row."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the export. Without a model, its rows are counted and reported as not imported.

    `complete` sets the values that the current system derives for a new record, after the preceding tables are written.
    """

    name: str
    key: str
    entity_type: str
    model: type[models.Model] | None = None
    columns: tuple[Column, ...] = ()
    rules: tuple[Rule, ...] = ()
    complete: Callable[[Any], None] = no_derived_values

    @property
    def sources(self) -> frozenset[str]:
        """Every column that a row must have."""
        return frozenset({self.key, *(name for column in self.columns for name in column.sources)})
