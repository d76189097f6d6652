"""Generated pages of `docs/`: written, or compared."""

from pathlib import Path

from django.core.management.base import CommandError


def write_or_check(page: Path, text: str, *, check: bool, command: str) -> str:
    """Write a page and report it; with `check`, only compare. Raises CommandError when the page is out of date."""
    if not check:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
        return f"wrote {page.name}"
    if not page.exists() or page.read_text(encoding="utf-8") != text:
        raise CommandError(f"{page.name} is out of date; run {command}")
    return f"{page.name} is up to date"
