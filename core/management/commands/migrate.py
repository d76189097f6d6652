"""`manage.py migrate`: Django's command, except that it refuses reversals that would drop data."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import migrate

from core.sql.reversals import FLAG, dropping_data


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            FLAG, action="store_true", help="reverse migrations even if that drops rows or column values"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # A migration that is only recorded as reversed (--fake) drops nothing.
        with dropping_data(bool(options.get("drop_data") or options["fake"])):
            super().handle(*args, **options)
