"""`manage.py import_all`: read a whole installation from a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from core.formats.files import opened
from core.management.progress import progress_bar
from ims.moving.importing import BadExport, import_from, read_header


class Command(BaseCommand):
    help = (
        "Read a file of export_all into a new, migrated database of either kind, all of it or nothing, and verify the "
        "audit trail and the records afterwards."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            with opened(file, "rb") as source:
                total = read_header(source)["rows"]
            with opened(file, "rb") as source, progress_bar("importing", total) as progress:
                rows = import_from(source, progress)
        except (BadExport, OSError, EOFError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"imported {rows} rows from {file}")
        call_command("restore_check", stdout=self.stdout, stderr=self.stderr)
