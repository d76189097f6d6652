"""`manage.py restore_check`: whether a restored or imported database is whole."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection
from django.db.migrations.recorder import MigrationRecorder

from audit.completeness import checkpoint_missing, unguarded
from audit.records import verify_records
from audit.verify import latest_checkpoint_document, verify
from ims.health import last_migrations, require_writable
from ims.moving.sequences_behind import sequences_behind


class Command(BaseCommand):
    help = (
        "Check a database after a restore or a move: migrations, references, sequences, triggers, the audit trail, the "
        "records against it, and that it can be written. Ends with an error unless all of it holds."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        for title, problem in _checks():
            failed += bool(problem)
            self.stdout.write(f"{'FAILED' if problem else 'ok':7}{title}{f': {problem}' if problem else ''}")
        if failed:
            raise CommandError(f"{failed} checks failed")


def _checks() -> Iterator[tuple[str, str]]:
    """The name of each check, and what is wrong; empty where nothing is."""
    missing = last_migrations() - MigrationRecorder(connection).applied_migrations().keys()
    yield "migrations", ", ".join(sorted(f"{app}.{name}" for app, name in missing))
    yield "references between records", _error_of(connection.check_constraints)
    yield "sequences", ", ".join(sequences_behind())
    yield "triggers of the trail", str(unguarded() or "")
    yield "checkpoints", str(checkpoint_missing() or "")
    yield "audit trail", str(verify(sealed=latest_checkpoint_document()).finding or "")
    yield "records against the trail", "; ".join(str(each) for each in verify_records()[1][:5])
    yield "a write", _error_of(require_writable)


def _error_of(check: Any) -> str:
    try:
        check()
    except Error as error:
        return str(error).strip()
    return ""
