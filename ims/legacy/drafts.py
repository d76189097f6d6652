"""Unsaved records built from rows of the export."""

from dataclasses import dataclass, field
from typing import Any

from ims.legacy.export import Row, malformed
from ims.legacy.schema import Cell, Column, ImportState, Table, Violation


@dataclass(slots=True)
class Draft:
    """One row during the import: the record built from it, and the current rules that it violates."""

    table: Table
    row_id: int
    row: Row
    record: Any = None
    violations: list[Violation] = field(default_factory=list)

    def read(self, state: ImportState) -> None:
        """Build the record. Raises Refusal for a value that cannot be stored."""
        self._check_columns()
        values = {column.target: self._value(column, state) for column in self.table.columns}
        values.pop("", None)
        model: Any = self.table.model
        self.record = model(**values)

    def check_rules(self, state: ImportState) -> None:
        """Check the table's rules, after all records of the table have been read."""
        results = ((rule.__name__, rule(self.record, state)) for rule in self.table.rules)
        self.violations += [Violation(name, detail) for name, detail in results if detail]

    def _check_columns(self) -> None:
        table, row = self.table, self.row
        if str(row.get(table.key)) != str(self.row_id):
            raise malformed(table.name, f"the row contains {row.get(table.key)!r}", self.row_id, table.key)
        if missing := sorted(table.sources - row.keys()):
            raise malformed(table.name, f"the row lacks {', '.join(missing)}", self.row_id)
        for name in sorted(row.keys() - table.sources):
            self.violations.append(Violation("unknown_column", f"{name} is kept only in the original row"))

    def _value(self, column: Column, state: ImportState) -> Any:
        model: Any = self.table.model
        attribute = model._meta.get_field(column.target) if column.target else None
        found = tuple(self.row[name] for name in column.sources)
        cell = Cell(
            table=self.table.name,
            row_id=self.row_id,
            source=", ".join(column.sources),
            value=found[0] if len(found) == 1 else found,
            column=attribute,
            state=state,
            violations=self.violations,
        )
        return column.read(cell)
