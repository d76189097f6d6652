"""Comments, docstrings, messages and documents are plain technical English: no construction of prose.py."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.prose import PLAIN_FORMS
from tests.architecture.test_structure import PACKAGES, ROOT, named

BANNED = [(re.compile(pattern, re.IGNORECASE), plain) for pattern, plain in PLAIN_FORMS.items()]
ANY = re.compile("|".join(PLAIN_FORMS), re.IGNORECASE)
LINE_BREAK = re.compile(r"[\"']?\s*\n\s*(?:#\s*|f?[\"'])?")
PYTHON = sorted(
    path
    for package in (*PACKAGES, "tests", "benchmarks", "evals", "sdk/tests", "sdk/python/ims_sdk")
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts and path.name not in ("prose.py", "test_prose.py")
)

GENERATED = {"policy.md", "errors.md", "recipes.md"}
MARKDOWN = sorted(
    path
    for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "sdk").rglob("*.md"))
    if path.name not in GENERATED and "node_modules" not in path.parts
)
# Not prose: code blocks, comments, code within a line, addresses of links.
NO_PROSE = re.compile(r"^ *```.*?^ *```$|<!--.*?-->|`[^`]*`|\]\([^)]*\)", re.DOTALL | re.MULTILINE)
PARAGRAPH = re.compile(r"\n\s*\n|\n(?=[|*-] ?|#|\d+\. )|\|")


def comments(source: str) -> Iterator[str]:
    """Blocks of comments: consecutive lines are one text."""
    block: list[str] = []
    last = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            if token.start[0] != last + 1:
                yield " ".join(block)
                block = []
            block.append(token.string.lstrip("# "))
            last = token.start[0]
    yield " ".join(block)


def strings(source: str) -> Iterator[str]:
    """Docstrings and messages: an f-string without its values, adjacent literals as one text."""
    tree = ast.parse(source)
    inner: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inner |= {id(each) for each in ast.walk(node)}
            parts = (str(each.value) if isinstance(each, ast.Constant) else "…" for each in node.values)
            yield "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner:
            yield node.value


def findings(texts: Iterator[str]) -> list[str]:
    found = []
    for text in texts:
        line = " ".join(text.split())
        for pattern, plain in BANNED:
            if match := pattern.search(line):
                context = line[max(match.start() - 40, 0) : match.end() + 40]
                found.append(f"“…{context}…”: write {plain}")
    return found


def python_texts(path: Path) -> Iterator[str]:
    """The prose of a module. Most modules match nothing as a whole, and are not parsed."""
    source = path.read_text()
    if ANY.search(LINE_BREAK.sub(" ", source)):
        yield from comments(source)
        yield from strings(source)


def markdown_texts(path: Path) -> Iterator[str]:
    """The paragraphs, items and cells of a document, without its code."""
    yield from PARAGRAPH.split(NO_PROSE.sub("…", path.read_text()))


@pytest.mark.parametrize("text", ["# tried\n# anew\n", 'x = f"{a} goes by {b}"\n', '"""The\nhouse."""\n'])
def test_the_check_finds_banned_constructions(tmp_path, text):
    path = tmp_path / "module.py"
    path.write_text(text)
    assert len(findings(python_texts(path))) == 1


def test_the_check_reads_prose_only(tmp_path):
    path = tmp_path / "module.py"
    path.write_text("anew = 1\n")
    assert findings(python_texts(path)) == []


def test_python_is_commented_in_plain_english():
    found = {named(path): lines for path in PYTHON if (lines := findings(python_texts(path)))}
    assert found == {}


@pytest.mark.parametrize(
    "text", ["It is tried\nanew.\n", "| a | it goes by b |\n", "- one\n- the house\n", "## Anew\n"]
)
def test_the_check_reads_documents(tmp_path, text):
    path = tmp_path / "page.md"
    path.write_text(text)
    assert len(findings(markdown_texts(path))) == 1


def test_the_check_skips_the_code_of_documents(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("Run `anew`, or [this](anew.md):\n\n```bash\necho anew\n```\n<!-- anew -->\nThe end.\n")
    assert findings(markdown_texts(path)) == []


def test_documents_are_written_in_plain_english():
    assert {"README.md", "docs/README.md", "docs/adr/README.md", "sdk/README.md"} <= {named(path) for path in MARKDOWN}
    found = {named(path): lines for path in MARKDOWN if (lines := findings(markdown_texts(path)))}
    assert found == {}
