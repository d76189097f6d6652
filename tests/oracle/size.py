"""`python -m tests.oracle.size`: the lines of code of the model and of the product's rules.

Blank lines, comments and docstrings do not count.
"""

import ast
import io
import tokenize
from collections.abc import Collection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The modules that state permissions, preconditions and constraints; not the shapes of bodies, reads, console, import or
# documents.
RULES = (
    "*/duties.py",
    "*/choices.py",
    "*/lifecycle.py",
    "*/operations/*.py",
    "*/operations.py",
    "*/querysets.py",
    "*/models.py",
    "incidents/models/*.py",
    "reporting/postmortem.py",
    "approvals/*.py",
    "clients/*.py",
    "incidents/*.py",
    "incidents/events/*.py",
    "incidents/response/*.py",
    "incidents/service_levels/*.py",
    "resolution/*.py",
    "users/*.py",
)
SHAPES = ("admin", "apps", "filters", "help_texts", "serializers", "urls", "views", "bodies", "fields")
# The model states the rules; these only play them.
PLAYING = ("__main__", "asking", "drawing", "findings", "foci", "journal", "machine", "running", "seeds", "size")


# Functions that draw random requests: they drive the model and state no rule.
DRAWING = ("ask", "change", "more", "some_facts", "drawn")


def lines_of_code(path: Path, without: Collection[str] = ()) -> int:
    """The lines that hold more than comments and docstrings, outside of functions with these names."""
    kept: set[int] = set()
    text = path.read_text(encoding="utf-8")
    started = True
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT):
            started = True
        elif token.type not in (tokenize.NL, tokenize.COMMENT, tokenize.ENDMARKER):
            if not (started and token.type == tokenize.STRING):
                kept.update(range(token.start[0], token.end[0] + 1))
            started = False
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name in without:
            kept -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(kept)


def rules() -> list[Path]:
    found = {
        path
        for pattern in RULES
        for path in ROOT.glob(f"*/{pattern.removeprefix('*/')}" if pattern[0] == "*" else pattern)
    }
    found |= {
        path
        for name in ("duties", "choices", "operations", "querysets", "models")
        for path in ROOT.glob(f"*/*/{name}.py")
    }
    return sorted(
        path for path in found if path.parts[len(ROOT.parts)] not in ("tests", "tools") and path.stem not in SHAPES
    )


def model() -> list[Path]:
    here = sorted(Path(__file__).parent.glob("*.py"))
    return [path for path in here if path.stem not in PLAYING and not path.stem.startswith("test_")]


def counted() -> dict[str, int]:
    """The product's rules, the model's, and all of the comparison."""
    return {
        "rules of the product": sum(map(lines_of_code, rules())),
        "rules of the model": sum(lines_of_code(path, DRAWING) for path in model()),
        "the whole comparison": sum(map(lines_of_code, Path(__file__).parent.glob("*.py"))),
    }


if __name__ == "__main__":
    for name, lines in counted().items():
        print(f"{lines:6} {name}")
