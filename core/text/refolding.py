"""Recomputes the keys of existing rows, for migrations. No content of the rows makes it fail."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.fields import DISAMBIGUATOR, FoldedKey

BATCH = 500

# The function that both directions of a migration call.
Change = Callable[[Any, Any], None]


def first_folding(text: str) -> str:
    """The folding of every text before the kinds of text were introduced."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@dataclass(frozen=True, slots=True)
class Refolded:
    """One row whose key or violations change; None leaves the violations unchanged."""

    pk: int
    before: str
    key: str
    violations: list[Any] | None = None


@dataclass(frozen=True, slots=True)
class Keys:
    """The unique folded keys of one model: the column, the columns within which it is unique, and the rows that count.

    `columns` are further inputs of the key; `counts` returns whether the constraint applies to a row; `rule` names the
    violation of rows without a unique key.
    """

    model: str
    column: str
    within: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    counts: Callable[[Any], bool] = lambda row: True
    rule: str = "unique_identifiers"

    def refold(self, rows: Any, fold: Callable[[str], str] | None) -> None:
        """Recompute every row's key, with its field's folding or another. If an earlier row has the key, or the folded
        text is empty, the row's id is appended to the key and a violation is recorded.
        """
        field: FoldedKey = rows.model._meta.get_field(self.column)
        names = {"pk", self.column, field.source, "imported_row", "imported_violations", *self.within, *self.columns}
        taken: dict[tuple[Any, ...], int] = {}
        changed = []
        for row in rows.only(*names).order_by("pk").iterator(BATCH):
            before, key = getattr(row, self.column), field.key_of(row, fold or field.fold)
            holder = self._holder(taken, row, key) if self.counts(row) else None
            key = key if holder is None else f"{key}{DISAMBIGUATOR}{row.pk}"
            violations = self._violations(row, field.source, holder)
            if key != before or violations != row.imported_violations:
                changed.append(Refolded(row.pk, before, key, violations))
        self._write(rows, changed)

    def _holder(self, taken: dict[tuple[Any, ...], int], row: Any, key: str) -> int | None:
        """The row that already has this key, or the row itself if the key is empty; None if the key is free."""
        if not key:
            return int(row.pk)
        place = (*(getattr(row, name) for name in self.within), key)
        holder = taken.setdefault(place, row.pk)
        return None if holder == row.pk else holder

    def _violations(self, row: Any, source: str, holder: int | None) -> list[Any] | None:
        """The row's violations: its other ones, and the current one of this rule."""
        before = row.imported_violations
        remaining = [each for each in before or [] if not self._is_ours(each, source)]
        if holder is not None:
            detail = "blank" if holder == row.pk else f"compares equal to that of {self.model} {holder}"
            remaining.append({"rule": self.rule, "detail": f"{source}: {detail}"})
        return before if remaining == (before or []) else remaining or ([] if row.imported_row is not None else None)

    def _is_ours(self, violation: Any, source: str) -> bool:
        detail = violation if isinstance(violation, dict) else {}
        return detail.get("rule") == self.rule and str(detail.get("detail")).startswith(f"{source}: ")

    def _write(self, rows: Any, changed: list[Refolded]) -> None:
        """Store the keys without intermediate duplicates: rows whose key another row receives get a temporary one
        first.
        """
        moved = [each for each in changed if each.key != each.before]
        wanted = {each.key for each in moved}
        aside = [(each, f"{DISAMBIGUATOR}{each.pk}") for each in moved if each.before in wanted]
        for some in (aside, [(each, each.key) for each in moved]):
            renewed = [rows.model(pk=each.pk, **{self.column: key}) for each, key in some]
            rows.bulk_update(renewed, [self.column], BATCH)
        noted = [rows.model(pk=each.pk, imported_violations=each.violations) for each in changed]
        rows.bulk_update(noted, ["imported_violations"], BATCH)


def refolding(app: str, *keys: Keys) -> tuple[Change, Change]:
    """The operation of a migration and its reverse."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        run(apps, schema_editor, None)

    def backwards(apps: Any, schema_editor: Any) -> None:
        run(apps, schema_editor, first_folding)

    def run(apps: Any, schema_editor: Any, fold: Callable[[str], str] | None) -> None:
        for each in keys:
            rows = apps.get_model(app, each.model).objects.using(schema_editor.connection.alias)
            each.refold(rows, fold)

    return forwards, backwards
