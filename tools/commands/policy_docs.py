"""`python -m tools policy_docs`: writes docs/policy.md from the registry; --check only compares."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import get_resolver

from tools.pages.policy import render, untested_sops
from tools.pages.writing import write_or_check

ROOT = Path(settings.BASE_DIR)
PAGE = ROOT / "docs" / "policy.md"
TESTS = ROOT / "tests"


class Command(BaseCommand):
    help = "Write docs/policy.md from the registry of operations; no database is needed."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail if the page is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        _ = get_resolver().url_patterns  # loading the routes binds every operation to its body
        page = render(TESTS)
        self.stdout.write(write_or_check(PAGE, page, check=options["check"], command="python -m tools policy_docs"))
        if missing := untested_sops(TESTS):
            numbers = ", ".join(str(number) for number in missing)
            raise CommandError(f"no test module names these implemented procedures: SOP {numbers}")
