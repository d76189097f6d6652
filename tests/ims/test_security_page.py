"""The page on security names tests that exist, and has every risk and every requirement."""

import ast
import re
from collections import Counter
from pathlib import Path

from tests.architecture.production import SHIPPED

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text()
# Requirements of levels 1 and 2 in each section of ASVS 5.0.0, where they come first.
COUNTS = {
    "V1": {1: 2, 2: 9, 3: 11, 4: 3, 5: 2},
    "V2": {1: 3, 2: 3, 3: 4, 4: 1},
    "V3": {2: 2, 3: 4, 4: 6, 5: 5, 7: 2},
    "V4": {1: 3, 2: 1, 3: 2, 4: 4},
    "V5": {1: 1, 2: 3, 3: 2, 4: 3},
    "V6": {1: 3, 2: 12, 3: 4, 4: 4, 5: 5, 6: 3, 8: 4},
    "V7": {1: 3, 2: 4, 3: 2, 4: 5, 5: 2, 6: 2},
    "V8": {1: 2, 2: 3, 3: 1, 4: 1},
    "V9": {1: 3, 2: 4},
    "V10": {1: 2, 2: 2, 3: 4, 4: 11, 5: 5, 6: 2, 7: 3},
    "V11": {1: 2, 2: 3, 3: 3, 4: 4, 5: 1, 6: 1},
    "V12": {1: 3, 2: 2, 3: 4},
    "V13": {1: 1, 2: 5, 3: 2, 4: 5},
    "V14": {1: 2, 2: 4, 3: 3},
    "V15": {1: 3, 2: 3, 3: 7},
    "V16": {1: 1, 2: 5, 3: 4, 4: 3, 5: 3},
    "V17": {1: 1, 2: 4, 3: 2},
}
REQUIREMENTS = [
    f"{chapter}.{section}.{number}"
    for chapter, sections in COUNTS.items()
    for section, count in sections.items()
    for number in range(1, count + 1)
]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)))
RISKS = 10
SOURCES = [path for package in SHIPPED for path in (ROOT / package).rglob("*.py")]


def names_in(file: Path) -> set[str]:
    found = ast.walk(ast.parse(file.read_text()))
    return {node.name for node in found if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_named_test_exists() -> None:
    assert len(NAMED) > 60
    missing = [f"{file}::{name}" for file, name in NAMED if not (ROOT / file).exists()]
    missing += [f"{file}::{name}" for file, name in NAMED if not missing and name not in {"", *names_in(ROOT / file)}]
    assert missing == []


def test_every_line_names_a_test() -> None:
    table = PAGE[: PAGE.index("### Not met")]
    lines = [line for line in table.splitlines() if re.match(r"\| (V\d|API\d)", line)]
    assert [line for line in lines if "`tests/" not in line] == []


def test_no_risk_is_left_out() -> None:
    assert [number for number in range(1, RISKS + 1) if f"| API{number} " not in PAGE] == []


def test_every_requirement_is_there_once() -> None:
    assert len(REQUIREMENTS) == 253
    named = Counter(re.findall(r"\bV\d+(?:\.\d+)*\b", PAGE))
    of = {each: [each, each.rpartition(".")[0], each.partition(".")[0]] for each in REQUIREMENTS}
    assert {each: sum(named[name] for name in names) for each, names in of.items()} == dict.fromkeys(REQUIREMENTS, 1)
    assert set(named) <= {name for names in of.values() for name in names}


def test_the_inventory_names_what_the_code_uses() -> None:
    """No algorithm is used that the inventory does not have."""
    inventory = PAGE[PAGE.index("### Keys and algorithms") :]
    used = {
        name
        for path in SOURCES
        for name in re.findall(r"\b(?:sha1|sha256|md5|sha512|Fernet|Ed25519)\b", path.read_text())
    }
    assert used == {"sha256", "Fernet", "Ed25519"}
    assert [
        name for name in ("SHA-256", "Fernet", "Ed25519", "argon2id", "SHA-1", "PBKDF2") if name not in inventory
    ] == []
