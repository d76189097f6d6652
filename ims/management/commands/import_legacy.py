"""`manage.py import_legacy FOLDER [--dry-run] [--report FILE.json]`: imports the older system's export."""

import os
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from core.errors import Refusal
from ims.legacy.operation import import_folder
from ims.legacy.report import Report

REOPEN = (
    "Imported accounts have no password. Restore access of a system administrator and an executive with `manage.py "
    "bootstrap --recover EMAIL` or `issue_token EMAIL`; they activate the others with POST "
    "/api/v1/users/{id}/activation-token/ and its countersign/."
)


class Command(BaseCommand):
    help = "Import the export of the older system, all or nothing. A second run changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder with one JSON file for each table")
        parser.add_argument("--dry-run", action="store_true", help="report the same without writing anything")
        parser.add_argument("--report", type=Path, help="write the report, with every violation, to this JSON file")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path | None = options["report"]
        if target is not None and not _writable(target):
            raise CommandError(f"the report cannot be written to {target}; nothing was imported")
        try:
            report = self._run(options["folder"], dry_run=options["dry_run"])
        except Refusal as refusal:
            raise CommandError(f"{refusal.detail}\nNothing was imported.") from refusal
        except DatabaseError as error:
            raise CommandError(f"the database failed: {error}\nNothing was imported.") from error
        self._tell(report, dry_run=options["dry_run"])
        if target is not None:
            self._write(target, report, dry_run=options["dry_run"])

    def _run(self, folder: Path, *, dry_run: bool) -> Report:
        columns = (TextColumn("{task.description:24}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            tasks: dict[str, Any] = {}

            def progress(table: str, done: int, total: int) -> None:
                if table not in tasks:
                    tasks[table] = bar.add_task(table, total=total)
                bar.update(tasks[table], completed=done)

            return import_folder(folder, dry_run=dry_run, progress=progress)

    def _tell(self, report: Report, *, dry_run: bool) -> None:
        console = Console(width=100)
        with console.capture() as capture:
            console.print(report.grid())
            if report.violations:
                console.print(report.rule_grid())
        self.stdout.write(capture.get())
        self.stdout.write(f"{report.imported} new, {report.unchanged} unchanged, {len(report.violations)} violations")
        if waiting := report.not_fully_imported:
            names = ", ".join(f"{each.table} ({each.rows})" for each in waiting)
            self.stdout.write(f"not imported, because no model stores them: {names}")
        if dry_run:
            self.stdout.write("dry run: nothing was written")
        elif any(each.table == "users" and each.imported for each in report.tables):
            self.stdout.write(REOPEN)

    @staticmethod
    def _write(target: Path, report: Report, *, dry_run: bool) -> None:
        content = orjson.dumps(report.as_dict(dry_run=dry_run), option=orjson.OPT_INDENT_2)
        try:
            target.write_bytes(content)
        except OSError as error:
            raise CommandError(f"the import is complete, but its report was not written ({error.strerror})") from error


def _writable(target: Path) -> bool:
    return not target.is_dir() and os.access(target if target.exists() else target.parent, os.W_OK)
