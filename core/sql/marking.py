"""Marks existing rows that violate a new constraint, for migrations; the reverse migration removes the marks."""

from collections.abc import Callable
from typing import Any

BATCH = 500

Change = Callable[[Any, Any], None]


def marking(app: str, model: str, rule: str, detail: str, fits: Any) -> tuple[Change, Change]:
    """The operation of a migration before a constraint, with its reverse. Only rows created here need the mark."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        rows = _rows(apps, schema_editor)
        _write(rows, rows.exclude(fits), [{"rule": rule, "detail": detail}])
        _check_references(schema_editor)

    def backwards(apps: Any, schema_editor: Any) -> None:
        rows = _rows(apps, schema_editor)
        marked = list(rows.filter(imported_row__isnull=True, imported_violations__isnull=False))
        for row in marked:
            row.imported_violations = [each for each in row.imported_violations if each["rule"] != rule] or None
        rows.bulk_update(marked, ["imported_violations"], BATCH)
        _check_references(schema_editor)

    def _rows(apps: Any, schema_editor: Any) -> Any:
        return apps.get_model(app, model).objects.using(schema_editor.connection.alias)

    return forwards, backwards


def _write(rows: Any, unfit: Any, violations: list[dict[str, str]]) -> None:
    """Add the violation to what a row has recorded already; rows with any are exempt from the constraint."""
    for row in unfit.only("pk", "imported_violations"):
        rows.filter(pk=row.pk).update(imported_violations=[*(row.imported_violations or []), *violations])


def _check_references(schema_editor: Any) -> None:
    """Check the foreign keys of rows that were written twice in this transaction: PostgreSQL defers that check, and
    alters no table for which one is pending.
    """
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")
