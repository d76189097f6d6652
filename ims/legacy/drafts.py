"""From a row to the record it will be: read, not yet saved."""

from dataclasses import dataclass, field
from typing import Any

from ims.legacy.export import Row, malformed
from ims.legacy.schema import Cell, Column, Table, Violation, World


@dataclass(slots=True)
class Draft:
    """One row being imported: the record that it becomes, and the current rules that it breaks."""

    table: Table
    row_id: int
    row: Row
    record: Any = None
    violations: list[Violation] = field(default_factory=list)

    def read(self, world: World) -> None:
        """Build the record. Raises Refusal for what cannot be kept."""
        self._check_columns()
        values = {column.target: self._value(column, world) for column in self.table.columns}
        values.pop("", None)
        model: Any = self.table.model
        self.record = model(**values)

    def judge(self, world: World) -> None:
        """Ask the table's rules of the record, once all records of the table are there."""
        said = ((rule.__name__, rule(self.record, world)) for rule in self.table.rules)
        self.violations += [Violation(name, detail) for name, detail in said if detail]

    def _check_columns(self) -> None:
        table, row = self.table, self.row
        if str(row.get(table.key)) != str(self.row_id):
            raise malformed(table.name, f"the row says {row.get(table.key)!r}", self.row_id, table.key)
        if missing := sorted(table.sources - row.keys()):
            raise malformed(table.name, f"the row lacks {', '.join(missing)}", self.row_id)
        for name in sorted(row.keys() - table.sources):
            self.violations.append(Violation("unknown_column", f"{name} is kept only in the original row"))

    def _value(self, column: Column, world: World) -> Any:
        model: Any = self.table.model
        attribute = model._meta.get_field(column.target) if column.target else None
        found = tuple(self.row[name] for name in column.sources)
        cell = Cell(
            table=self.table.name,
            row_id=self.row_id,
            source=", ".join(column.sources),
            value=found[0] if len(found) == 1 else found,
            column=attribute,
            world=world,
            violations=self.violations,
        )
        return column.read(cell)
