"""`manage.py openapi`: writes docs/openapi.json; compares it with what is served and with what was released."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ims.docs.contract.breaking import breaking_changes
from ims.docs.contract.file import DESCRIPTION, RELEASED, current, read, text_of


class Command(BaseCommand):
    help = "Write the OpenAPI description to docs/openapi.json and list what breaks clients of the file it replaces."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        ways = parser.add_mutually_exclusive_group()
        ways.add_argument(
            "--check",
            action="store_true",
            help="write nothing; fail when the file is not current, or breaks what was released",
        )
        ways.add_argument(
            "--breaking",
            nargs="+",
            metavar="FILE",
            type=Path,
            help="list what breaks between an old description and a new one (else the served one); fail if any",
        )
        ways.add_argument("--release", action="store_true", help="keep the file as what clients may rely on")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["breaking"]:
            self._compare(*options["breaking"])
        elif options["check"]:
            self._check()
        elif options["release"]:
            RELEASED.write_text(text_of(current()), encoding="utf-8")
            self.stdout.write(f"{RELEASED.name} is what clients may rely on")
        else:
            self._write()

    def _write(self) -> None:
        served = current()
        if DESCRIPTION.exists():
            self._list(breaking_changes(read(DESCRIPTION), served))
        DESCRIPTION.write_text(text_of(served), encoding="utf-8")
        self.stdout.write(f"wrote {DESCRIPTION.name}")

    def _check(self) -> None:
        if not DESCRIPTION.exists() or DESCRIPTION.read_text(encoding="utf-8") != text_of(current()):
            raise CommandError("docs/openapi.json is not current; run make openapi")
        if RELEASED.exists():
            self._compare(RELEASED, DESCRIPTION)

    def _compare(self, old: Path, new: Path | None = None) -> None:
        if found := breaking_changes(read(old), read(new) if new else current()):
            self._list(found)
            raise CommandError(f"{len(found)} breaking changes since {old.name}")
        self.stdout.write(f"nothing breaks since {old.name}")

    def _list(self, found: list[Any]) -> None:
        for each in found:
            self.stdout.write(f"breaking: {each}")
