"""The import: table by table, row by row, in the transaction of its operation."""

from collections.abc import Callable, Sequence

from django.db import DataError

from audit.recording import unchained
from core.codes import Code
from ims.legacy.drafts import Draft
from ims.legacy.export import Export, Row, malformed, refused
from ims.legacy.readers import Reference
from ims.legacy.report import Report, TableResult
from ims.legacy.schema import ImportState, Table, Violation
from ims.legacy.stores import Store, StoredRow, store_of

# Called with the table, the number of imported rows and the total.
Progress = Callable[[str, int, int], None]


class Importer:
    """One import of one export."""

    def __init__(self, export: Export, tables: Sequence[Table], progress: Progress = lambda *_: None) -> None:
        self.tables = tables
        self.state = ImportState(export, {table.entity_type: table.name for table in tables})
        self.progress = progress
        columns = (column for table in tables for column in table.columns)
        self._referred = {column.read.table for column in columns if isinstance(column.read, Reference)}

    def run(self) -> Report:
        """Import every table that has a model. Raises Refusal; the caller's transaction is then rolled back."""
        self.state.export.require([table.name for table in self.tables])
        return Report([self._import(table) for table in self.tables])

    def _import(self, table: Table) -> TableResult:
        rows = self.state.export.rows(table.name)
        if table.model is None:
            return TableResult(table.name, len(rows), fully_imported=False)
        store = store_of(table.model)
        stored = store.stored(table.model, rows)
        _refuse_others(table, rows, stored, store)
        drafts = self._read(table, rows)
        result = TableResult(table.name, len(rows), unchanged=len(stored))
        with unchained(table.entity_type, rows.keys() - stored.keys()):
            for done, draft in enumerate(drafts, start=1):
                self._settle(draft, stored, store, result)
                self.progress(table.name, done, len(rows))
        if table.name not in self._referred:
            self.state.forget(table.name)
        return result

    def _settle(self, draft: Draft, stored: dict[int, StoredRow], store: Store, result: TableResult) -> None:
        """Save a new row; for one imported earlier, report its stored violations again."""
        if draft.row_id in stored:
            result.add(draft.row_id, [Violation(**each) for each in stored[draft.row_id].violations])
            return
        draft.check_rules(self.state)
        draft.table.complete(draft.record)
        _save(draft, store)
        result.add(draft.row_id, draft.violations, new=True)

    def _read(self, table: Table, rows: dict[int, Row]) -> list[Draft]:
        """Every row as a record, including those imported earlier, because other rows refer to them and rules compare
        with them.
        """
        drafts = [Draft(table, row_id, row) for row_id, row in rows.items()]
        for draft in drafts:
            draft.read(self.state)
        self.state.records[table.name] = {draft.row_id: draft.record for draft in drafts}
        return drafts


def _refuse_others(table: Table, rows: dict[int, Row], stored: dict[int, StoredRow], store: Store) -> None:
    """Refuse the export if a record with the same id does not originate from the same row."""
    for row_id, held in sorted(stored.items()):
        if held.mark is None:
            detail = f"{table.entity_type} {row_id} already exists and was not imported"
        elif held.mark != store.mark(rows[row_id]):
            detail = f"{table.entity_type} {row_id} was imported from a different row"
        else:
            continue
        raise refused(Code.DUPLICATE, table.name, detail, row=row_id, column=table.key, rule="legacy_ids_free")


def _save(draft: Draft, store: Store) -> None:
    try:
        store.save(draft.record, draft.row, draft.violations)
    except DataError as error:
        raise malformed(draft.table.name, f"the database cannot store it ({error})", draft.row_id) from error
