"""The result of an import: counts for each table, and every violation of a current rule."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from rich.table import Table as Grid

from ims.legacy.schema import Violation


@dataclass
class TableResult:
    """The result for one table. `fully_imported` is false for tables without a model."""

    table: str
    rows: int
    imported: int = 0
    unchanged: int = 0
    fully_imported: bool = True
    violations: list[dict[str, Any]] = field(default_factory=list)

    def add(self, row_id: int, violations: list[Violation], *, new: bool = False) -> None:
        self.imported += new
        self.violations += [{"table": self.table, "id": row_id, **each.as_dict()} for each in violations]

    def as_dict(self) -> dict[str, Any]:
        return {
            "table": self.table,
            "rows": self.rows,
            "imported": self.imported,
            "unchanged": self.unchanged,
            "not_yet": not self.fully_imported,
            "violations": len(self.violations),
        }


@dataclass
class Report:
    """The result of one import."""

    tables: list[TableResult]

    @property
    def imported(self) -> int:
        return sum(result.imported for result in self.tables)

    @property
    def unchanged(self) -> int:
        return sum(result.unchanged for result in self.tables)

    @property
    def violations(self) -> list[dict[str, Any]]:
        return [violation for result in self.tables for violation in result.violations]

    @property
    def not_fully_imported(self) -> list[TableResult]:
        return [result for result in self.tables if not result.fully_imported]

    def as_dict(self, *, dry_run: bool) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "dry_run": dry_run,
            "imported": self.imported,
            "unchanged": self.unchanged,
            "tables": [result.as_dict() for result in self.tables],
            "violations": self.violations,
        }

    def by_rule(self) -> Counter[tuple[str, str]]:
        """The number of violations by table and rule, most frequent first."""
        return Counter((each["table"], each["rule"]) for each in self.violations)

    def rule_grid(self) -> Grid:
        """The violated rules as a table for a terminal."""
        grid = Grid("table", "rule", title="Violations of current rules")
        grid.add_column("rows", justify="right")
        for (table, rule), count in self.by_rule().most_common():
            grid.add_row(table, rule, str(count))
        return grid

    def grid(self) -> Grid:
        """The summary as a table for a terminal."""
        grid = Grid("table", title="Import of the old export")
        for name in ("rows in file", "imported", "unchanged", "violations"):
            grid.add_column(name, justify="right")
        for each in self.tables:
            counts = (
                (each.imported, each.unchanged, len(each.violations)) if each.fully_imported else ("not yet", "", "")
            )
            grid.add_row(each.table, str(each.rows), *(str(count) for count in counts))
        grid.add_section()
        total = (sum(each.rows for each in self.tables), self.imported, self.unchanged, len(self.violations))
        grid.add_row("all", *(str(count) for count in total))
        return grid
