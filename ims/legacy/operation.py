"""The operation of the import: one transaction, with the system principal as actor."""

from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import UniqueConstraint

from core.codes import Code
from core.context import context, new_request_id
from core.errors import Refusal
from core.operations.dispatch import execute
from core.operations.registry import EntryPoint, operation
from core.verbs import Verb
from ims.legacy.export import Export, refused
from ims.legacy.importing import Importer, Progress
from ims.legacy.report import Report
from ims.legacy.sequences import advance, lock
from ims.legacy.tables import TABLES
from users.models import User
from users.system import system_principal


@operation(
    "import.legacy",
    roles=(),
    verb=Verb.CREATE,
    raises=[Code.MALFORMED_BODY, Code.DUPLICATE, Code.DUPLICATE_OPEN_INCIDENT, Code.VALIDATION_ERROR],
    entry_point=EntryPoint.COMMAND,
)
def import_legacy(*, actor: User, export: Export, dry_run: bool, progress: Progress) -> Report:
    """Import an older system's export: every row, with its original id and time stamps.

    Violations of current rules are stored with the record and reported. Rows imported earlier are skipped. Raises
    Refusal: malformed_body (the export), duplicate (an id or a unique value is already in use).
    """
    models = [table.model for table in TABLES if table.model is not None]
    lock(models)
    report = Importer(export, TABLES, progress).run()
    if not dry_run:
        advance(models)
    return report


def import_folder(folder: Path, *, dry_run: bool = False, progress: Progress = lambda *_: None) -> Report:
    """Import a folder. Raises Refusal, which names the table, the row and the column."""
    data = {"export": Export(folder), "dry_run": dry_run, "progress": progress}
    try:
        with context(request_id=new_request_id()), transaction.atomic():
            report: Report = execute("import.legacy", actor=system_principal(), data=data)
            if dry_run:  # only after the operation: its last steps still query the database
                transaction.set_rollback(True)
    except Refusal as refusal:
        if isinstance(refusal.__cause__, IntegrityError):
            raise _located(refusal, refusal.__cause__) from refusal
        raise
    return report


def _located(refusal: Refusal, error: IntegrityError) -> Refusal:
    """A database error as a refusal that names the row of the export."""
    record = getattr(error, "record", None)
    if record is None:
        return refusal
    table = next((table.name for table in TABLES if table.model is type(record)), record.entity_type)
    rule = next((each for each in record._meta.constraints if each.name == refusal.rule), None)
    code, detail = refusal.code, refusal.detail
    if isinstance(rule, UniqueConstraint):
        code, detail = Code.DUPLICATE, f"another row or record has the same value ({rule.name})"
    named = (record._meta.get_field(name) for name in getattr(rule, "fields", ()))
    fields = [item.field for item in refusal.errors if item.field] or [
        getattr(each, "source", each.name) for each in named
    ]
    return refused(code, table, detail, row=record.pk, column=", ".join(fields), rule=refusal.rule)
