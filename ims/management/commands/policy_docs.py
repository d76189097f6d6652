"""`manage.py policy_docs`: writes docs/policy.md from the registry; with --check it only compares."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import get_resolver

from ims.docs.policy_page import render, unproven

ROOT = Path(settings.BASE_DIR)
PAGE = ROOT / "docs" / "policy.md"
TESTS = ROOT / "tests"


class Command(BaseCommand):
    help = "Write docs/policy.md from the registry of operations; no database is needed."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is not current")

    def handle(self, *args: Any, **options: Any) -> None:
        _ = get_resolver().url_patterns  # loading the routes binds every operation to its body
        page = render(TESTS)
        if options["check"]:
            if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
                raise CommandError("docs/policy.md is not current; run manage.py policy_docs")
        else:
            PAGE.parent.mkdir(exist_ok=True)
            PAGE.write_text(page, encoding="utf-8")
            self.stdout.write(f"wrote {PAGE.relative_to(ROOT)}")
        if missing := unproven(TESTS):
            numbers = ", ".join(str(number) for number in missing)
            raise CommandError(f"no test file names these procedures, which are built: SOP {numbers}")
