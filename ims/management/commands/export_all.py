"""`manage.py export_all`: write a whole installation to a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.formats.files import opened
from core.management.progress import progress_bar
from ims.moving.exporting import count_rows, export_to


class Command(BaseCommand):
    help = (
        "Write every record, with accounts, tokens and the audit trail, to a file for import_all, as of one moment. "
        "The file is as confidential as the database. A name that ends in .gz is compressed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if file.exists():
            raise CommandError(f"{file} exists")
        file.touch(mode=0o600)
        try:
            with opened(file, "wb") as target, progress_bar("exporting", count_rows()) as progress:
                rows = export_to(target, progress)
        except BaseException:
            file.unlink()  # it is incomplete, or the audit trail does not know of it
            raise
        self.stdout.write(f"exported {rows} rows to {file}")
