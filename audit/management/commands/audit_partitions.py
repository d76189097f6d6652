"""`manage.py audit_partitions`: make the leaves of the audit trail ahead of need."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, transaction

from audit import partitions, triggers


def count(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError("this must be a number")
    return int(text)


class Command(BaseCommand):
    help = (
        "Make the leaves of the audit trail's discovery entries ahead of need, and list all (PostgreSQL). Run it as "
        "the owner of the tables."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--ahead", type=count, default=partitions.AHEAD, help="empty leaves after the current one")

    def handle(self, *args: Any, ahead: int, **options: Any) -> None:
        if not partitions.is_partitioned(connection):
            raise CommandError("the audit trail of this database is one table")
        try:
            with transaction.atomic():
                made = partitions.missing_leaves(connection, ahead)
                partitions.make(connection, made)
                triggers.install(connection)
        except DatabaseError as error:
            raise CommandError(f"no leaf was made: {error}") from error
        for leaf in partitions.discovery_leaves(connection):
            self.stdout.write(f"{leaf}{', made now' if leaf in made else ''}")
        self.stdout.write(f"room for {partitions.headroom(connection)} entries")
