"""The import itself: table by table, row by row, inside the one transaction of its operation."""

from collections.abc import Callable, Sequence

from django.db import DataError

from audit.recording import unchained
from core.codes import Code
from ims.legacy.drafts import Draft
from ims.legacy.export import Export, Row, malformed, refused
from ims.legacy.readers import Reference
from ims.legacy.report import Report, TableResult
from ims.legacy.schema import Table, Violation, World
from ims.legacy.stores import Kept, Store, store_of

# Called with the table, the rows done and the rows it has.
Progress = Callable[[str, int, int], None]


class Importer:
    """One run over one export."""

    def __init__(self, export: Export, tables: Sequence[Table], progress: Progress = lambda *_: None) -> None:
        self.tables = tables
        self.world = World(export, {table.entity_type: table.name for table in tables})
        self.progress = progress
        columns = (column for table in tables for column in table.columns)
        self._referred = {column.read.table for column in columns if isinstance(column.read, Reference)}

    def run(self) -> Report:
        """Import every table that has a model. Raises Refusal; the caller's transaction undoes what was written."""
        self.world.export.require([table.name for table in self.tables])
        return Report([self._import(table) for table in self.tables])

    def _import(self, table: Table) -> TableResult:
        rows = self.world.export.rows(table.name)
        if table.model is None:
            return TableResult(table.name, len(rows), fully_imported=False)
        store = store_of(table.model)
        kept = store.kept(table.model, rows)
        _refuse_others(table, rows, kept, store)
        drafts = self._read(table, rows)
        result = TableResult(table.name, len(rows), unchanged=len(kept))
        with unchained(table.entity_type, rows.keys() - kept.keys()):
            for done, draft in enumerate(drafts, start=1):
                self._settle(draft, kept, store, result)
                self.progress(table.name, done, len(rows))
        if table.name not in self._referred:
            self.world.forget(table.name)
        return result

    def _settle(self, draft: Draft, kept: dict[int, Kept], store: Store, result: TableResult) -> None:
        """Save a new row; of a known one, repeat what was found then."""
        if draft.row_id in kept:
            result.add(draft.row_id, [Violation(**each) for each in kept[draft.row_id].violations])
            return
        draft.judge(self.world)
        draft.table.complete(draft.record)
        _save(draft, store)
        result.add(draft.row_id, draft.violations, new=True)

    def _read(self, table: Table, rows: dict[int, Row]) -> list[Draft]:
        """Every row as a record, the known ones too: other rows refer to them, rules compare with them."""
        drafts = [Draft(table, row_id, row) for row_id, row in rows.items()]
        for draft in drafts:
            draft.read(self.world)
        self.world.records[table.name] = {draft.row_id: draft.record for draft in drafts}
        return drafts


def _refuse_others(table: Table, rows: dict[int, Row], kept: dict[int, Kept], store: Store) -> None:
    """Refuse when an id of the export is held by a record that does not come from this very row."""
    for row_id, held in sorted(kept.items()):
        if held.mark is None:
            detail = f"{table.entity_type} {row_id} exists already and was not imported"
        elif held.mark != store.mark(rows[row_id]):
            detail = f"{table.entity_type} {row_id} was imported from another original row"
        else:
            continue
        raise refused(Code.DUPLICATE, table.name, detail, row=row_id, column=table.key, rule="legacy_ids_free")


def _save(draft: Draft, store: Store) -> None:
    try:
        store.save(draft.record, draft.row, draft.violations)
    except DataError as error:
        raise malformed(draft.table.name, f"the database cannot keep it ({error})", draft.row_id) from error
