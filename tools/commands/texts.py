"""`python -m tools texts`: writes the catalogue of the console's texts; --check only compares."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.urls import get_resolver

from tools.pages.catalogue import written
from tools.pages.writing import write_or_check

CATALOGUE = Path(settings.BASE_DIR) / "console" / "locale" / "en" / "LC_MESSAGES" / "django.po"


class Command(BaseCommand):
    help = "Write console/locale/en/LC_MESSAGES/django.po from the sources and the declarations; needs no database."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail if the catalogue is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        _ = get_resolver().url_patterns  # loading the routes binds every operation to its body
        self.stdout.write(write_or_check(CATALOGUE, written(), check=options["check"], command="python -m tools texts"))
