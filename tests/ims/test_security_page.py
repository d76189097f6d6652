"""The page on security names tests that exist, and has every risk and every chapter."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)))
# Chapters of ASVS 5.0, and the risks of the API Top 10.
CHAPTERS, RISKS = 17, 10


def names_in(file: Path) -> set[str]:
    found = ast.walk(ast.parse(file.read_text()))
    return {node.name for node in found if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_named_test_exists() -> None:
    assert len(NAMED) > 60
    missing = [f"{file}::{name}" for file, name in NAMED if not (ROOT / file).exists()]
    missing += [f"{file}::{name}" for file, name in NAMED if not missing and name not in {"", *names_in(ROOT / file)}]
    assert missing == []


def test_every_line_names_a_test() -> None:
    lines = [line for line in PAGE.splitlines() if re.match(r"\| (V\d|API\d)", line)]
    assert [line for line in lines if "`tests/" not in line] == []


def test_no_risk_and_no_chapter_is_left_out() -> None:
    assert [number for number in range(1, RISKS + 1) if f"| API{number} " not in PAGE] == []
    assert [number for number in range(1, CHAPTERS + 1) if not re.search(rf"\bV{number}\b", PAGE)] == []
