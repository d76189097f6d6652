"""The guides in docs/ are true: their blocks run as they stand, their links lead somewhere, their tables are whole."""

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.codes import Code
from tests.ims.snippets import hold, needs_curl, run_blocks
from tests.live import ROOT
from tools.commands import error_docs
from tools.contract.rules import RULES
from tools.pages.errors import WHY

DOCS = ROOT / "docs"
# Guides with blocks, and how many of them at least.
GUIDES = {"quickstart.md": 7, "authentication.md": 8, "reading.md": 8, "retries.md": 5}

# Files for `make check`, which contract.md explains.
KEPT = {"openapi.released.json", "openapi.accepted.json"}


@needs_curl
@pytest.mark.parametrize(("name", "blocks"), GUIDES.items())
def test_a_guide_leads_where_it_says(
    name: str, blocks: int, server: str, environment: dict[str, str], tmp_path: Path
) -> None:
    assert run_blocks((DOCS / name).read_text(), server, environment, tmp_path) >= blocks


def test_a_promise_that_is_not_kept_fails() -> None:
    hold("", '{"status": 409}', '{"id": 1} {"status": 409, "error_class": "x"}')
    for promised, printed in (
        ('{"status": "open"}', '{"status": "closed"}'),
        ("", '{"error_class": "x"}'),
        ('{"id": 1}', '{"error_class": "x"} {"id": 1}'),
    ):
        with pytest.raises(AssertionError):
            hold("", promised, printed)


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_every_linked_file_exists(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_index_names_every_page() -> None:
    linked = set(re.findall(r"\]\(([^)]+)\)", (DOCS / "README.md").read_text()))
    pages = {path.name for path in DOCS.iterdir() if path.is_file()} - {"README.md", *KEPT}
    assert pages <= linked


def test_every_code_is_explained_and_the_page_is_current() -> None:
    assert list(WHY) == list(Code)
    assert all(text.endswith(".") for text in WHY.values())
    call_command(error_docs.Command(), "--check")


def test_a_stale_page_of_errors_fails_the_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(error_docs, "PAGE", tmp_path / "errors.md")

    with pytest.raises(CommandError, match=r"out of date; run python -m tools error_docs"):
        call_command(error_docs.Command(), "--check")
    call_command(error_docs.Command())
    call_command(error_docs.Command(), "--check")


def test_every_rule_of_breaking_changes_is_told() -> None:
    assert set(re.findall(r"`([a-z]+_[a-z_]+)`", (DOCS / "contract.md").read_text())) == set(RULES)
