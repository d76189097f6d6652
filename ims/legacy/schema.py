"""What the mapping is written in: tables, their columns, and the rules whose breach is reported."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from django.db import models

from ims.legacy.export import Export, malformed


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule of today that an old row breaks."""

    rule: str
    detail: str

    def as_dict(self) -> dict[str, str]:
        return {"rule": self.rule, "detail": self.detail}


@dataclass
class World:
    """What is known while importing: the export, which table holds which entity type, the records referred to."""

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
        """Drop what only the table itself needed."""
        self.records.pop(table, None)
        self._groups = {key: groups for key, groups in self._groups.items() if key[0] != table}


@dataclass(frozen=True, slots=True)
class Cell:
    """One value on its way from a row to an attribute: where it comes from, where it goes, who else is there."""

    table: str
    row_id: int
    source: str
    value: Any
    column: Any
    world: World
    violations: list[Violation]

    def bad(self, detail: str) -> NoReturn:
        """Refuse the export: this value cannot be kept."""
        raise malformed(self.table, detail, self.row_id, self.source)

    def breach(self, rule: str, detail: str) -> None:
        """Keep the value, and report the rule that it breaks."""
        self.violations.append(Violation(rule, f"{self.source}: {detail}"))


Reader = Callable[[Cell], Any]
# A rule answers with the sentence that says how the record breaks it; an empty one where it does not.
Rule = Callable[[Any, World], str]


@dataclass(frozen=True, slots=True)
class Column:
    """One attribute of a model: its reader, and the columns of the export that it is read from (none: a given value).

    The reader gets one column's value as it stands, several as a tuple. Without a target the value is only checked,
    because today's system derives it.
    """

    target: str
    read: Reader
    sources: tuple[str, ...]


def column(target: str, read: Reader, *sources: str) -> Column:
    return Column(target, read, sources)


def checked(source: str, read: Reader) -> Column:
    return Column("", read, (source,))


def no_derived_values(record: Any) -> None:
    """Nothing follows from a record but what its row says."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the export. Without a model it is counted and reported as not yet imported.

    `complete` sets what today's system derives for a new record; the tables before it are written by then.
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
