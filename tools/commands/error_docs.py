"""`python -m tools error_docs`: writes docs/errors.md from the table of codes; --check only compares."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from tools.pages.errors import render
from tools.pages.writing import write_or_check

PAGE = Path(settings.BASE_DIR) / "docs" / "errors.md"


class Command(BaseCommand):
    help = "Write docs/errors.md from the table of codes; no database is needed."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail if the page is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(write_or_check(PAGE, render(), check=options["check"], command="python -m tools error_docs"))
