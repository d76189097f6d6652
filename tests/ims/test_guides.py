"""The guides in docs/ are correct: their code blocks run unchanged, their links resolve, their tables are complete."""

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

PAGES = sorted([ROOT / "README.md", ROOT / "sdk" / "README.md", *DOCS.rglob("*.md")])

# Files for `make check`, which contract.md explains.
KEPT = {"openapi.released.json", "openapi.accepted.json"}


@needs_curl
@pytest.mark.parametrize(("name", "blocks"), GUIDES.items())
def test_a_guide_produces_the_printed_results(
    name: str, blocks: int, server: str, environment: dict[str, str], tmp_path: Path
) -> None:
    assert run_blocks((DOCS / name).read_text(), server, environment, tmp_path) >= blocks


def test_a_guide_with_wrong_output_fails() -> None:
    hold("", '{"status": 409}', '{"id": 1} {"status": 409, "error_class": "x"}')
    for promised, printed in (
        ('{"status": "open"}', '{"status": "closed"}'),
        ("", '{"error_class": "x"}'),
        ('{"id": 1}', '{"error_class": "x"} {"id": 1}'),
    ):
        with pytest.raises(AssertionError):
            hold("", promised, printed)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub derives them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for link, _, anchor in re.findall(r"\]\(([^)#:]*)(#?)([^)#:]*)\)", page.read_text()):
        target = page.parent / link if link else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), f"{link}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    known = "|".join(path.name for path in ROOT.iterdir() if path.is_dir())
    named = re.findall(rf"`((?:{known})/[\w./-]*(?:\.\w+|/))`", page.read_text())
    assert [name for name in named if not (ROOT / name).exists() and not name.startswith("var/")] == []


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


def test_every_rule_of_breaking_changes_is_documented() -> None:
    assert set(re.findall(r"`([a-z]+_[a-z_]+)`", (DOCS / "contract.md").read_text())) == set(RULES)
