"""`python -m tools openapi`: writes docs/openapi.json; compares it with the served and the released description."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tools.contract.breaking import Break, breaking_changes
from tools.contract.file import ACCEPTED, DESCRIPTION, RELEASED, current, public_contract, read, text_of

HOW_TO_ACCEPT = 'revert them, or state a reason: python -m tools openapi --accept "..."; see docs/contract.md'


class Command(BaseCommand):
    help = "Write the OpenAPI description to docs/openapi.json and list breaking changes since the release."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        ways = parser.add_mutually_exclusive_group()
        ways.add_argument(
            "--check",
            action="store_true",
            help="write nothing; fail if the file is out of date, or has a breaking change without a reason",
        )
        ways.add_argument(
            "--breaking",
            nargs="+",
            metavar="FILE",
            type=Path,
            help=(
                "list breaking changes between an old description and a new one (default: the served one); fail if "
                "there are any"
            ),
        )
        ways.add_argument("--accept", metavar="REASON", help="accept the current breaking changes for this reason")
        ways.add_argument("--release", action="store_true", help="store the description as the released contract")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["breaking"]:
            self._compare(*options["breaking"])
        elif options["check"]:
            self._check()
        elif options["accept"]:
            self._accept(options["accept"])
        elif options["release"]:
            self._release()
        else:
            self._write()

    def _write(self) -> None:
        DESCRIPTION.write_text(text_of(current()), encoding="utf-8")
        self.stdout.write(f"wrote {DESCRIPTION.name}")
        self._list(_broken())

    def _check(self) -> None:
        if not DESCRIPTION.exists() or DESCRIPTION.read_text(encoding="utf-8") != text_of(current()):
            raise CommandError("docs/openapi.json is out of date; run make openapi")
        if not RELEASED.exists():
            raise CommandError("docs/openapi.released.json is missing, so breaking changes cannot be detected")
        accepted = _accepted()
        if found := [each for each in _broken() if str(each) not in accepted]:
            self._list(found)
            raise CommandError(f"{len(found)} breaking changes since {RELEASED.name}: {HOW_TO_ACCEPT}")

    def _compare(self, old: Path, new: Path | None = None) -> None:
        if found := breaking_changes(read(old), read(new) if new else current()):
            self._list(found)
            raise CommandError(f"{len(found)} breaking changes since {old.name}")
        self.stdout.write(f"no breaking changes since {old.name}")

    def _accept(self, reason: str) -> None:
        """Accepted changes that no longer occur are removed."""
        before = _accepted()
        accepted = {str(each): before.get(str(each), reason) for each in _broken()}
        ACCEPTED.write_text(text_of(accepted), encoding="utf-8")
        self.stdout.write(f"{len(accepted)} breaking changes are accepted")

    def _release(self) -> None:
        if RELEASED.exists():
            self._list(_broken())
        RELEASED.write_text(text_of(public_contract(current())), encoding="utf-8")
        ACCEPTED.unlink(missing_ok=True)
        self.stdout.write(f"{RELEASED.name} is the released contract")

    def _list(self, found: list[Break]) -> None:
        for each in found:
            self.stdout.write(f"breaking: {each}")


def _broken() -> list[Break]:
    """The breaking changes of the served description since the release."""
    return breaking_changes(read(RELEASED), current()) if RELEASED.exists() else []


def _accepted() -> dict[str, Any]:
    return read(ACCEPTED) if ACCEPTED.exists() else {}
