"""Shipped code imports only the standard library, the project and its production dependencies."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.production import EXTRAS, OF_EXTRAS, REQUIRED, ROOT, SHIPPED, closure

SOURCES = [path for package in SHIPPED for path in sorted((ROOT / package).rglob("*.py"))]
# Started by the server alone, which imports them with its own packages at hand.
STARTED = [ROOT / "gunicorn.conf.py", ROOT / "manage.py"]
BY_EXTRA = {ROOT / f"{name.replace('.', '/')}.py" for name in OF_EXTRAS}


def named_by(requirements: list[str]) -> set[str]:
    """The distributions that the project names: its requirements, and those of the extras that it asks them for."""
    found = set()
    for requirement in map(Requirement, requirements):
        name = canonicalize_name(requirement.name)
        found |= {name} | {f"{name}-{extra}" for extra in requirement.extras}
    return found


@cache
def distributions() -> dict[str, set[str]]:
    """The distributions that provide a top-level module."""
    return {name: set(map(canonicalize_name, owners)) for name, owners in packages_distributions().items()}


def imports(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Every top-level module that is imported, and whether importing this module is enough to need it."""
    late = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        else:
            continue
        yield from ((name.partition(".")[0], id(node) not in late) for name in names)


def foreign(path: Path) -> list[str]:
    """The imports of a file that production cannot serve."""
    always, sometimes = named_by(REQUIRED), named_by([*REQUIRED, *EXTRAS])
    known = {*sys.stdlib_module_names, *SHIPPED}
    return [
        name
        for name, at_once in imports(ast.parse(path.read_text()))
        if name not in known
        and distributions()
        .get(name, set())
        .isdisjoint(always if at_once and path not in (*STARTED, *BY_EXTRA) else sometimes)
    ]


def test_shipped_modules_import_only_production_dependencies():
    found = {str(path.relative_to(ROOT)): foreign(path) for path in (*SOURCES, *STARTED)}
    assert len(found) > 500
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import pytest\n", ["pytest"]),
        ("from tests.api import Api\n", ["tests"]),
        ("from tools.demo import stage\n", ["tools"]),
        ("def f():\n    import hypothesis.strategies\n", ["hypothesis"]),
        ("import weasyprint\n", ["weasyprint"]),
        ("def f():\n    import weasyprint\n", []),
        ("import json, django.db, core.codes\nimport psycopg_pool\nfrom . import models\n", []),
    ],
)
def test_the_check_detects_missing_production_dependencies(tmp_path, text, expected):
    path = tmp_path / "module.py"
    path.write_text(text)
    assert foreign(path) == expected


def imported(*code: str) -> str:
    command = [sys.executable, *code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout + done.stderr


def test_every_module_is_imported_with_only_the_packages_of_production():
    """All others are hidden; the verification on a clean machine runs the same where they are not installed."""
    output = imported("-m", "tests.architecture.production", "--hide")
    assert re.search(rf"^{len(SOURCES) - len(OF_EXTRAS)} modules$", output, re.MULTILINE), output


def test_a_package_of_development_is_hidden():
    code = "from tests.architecture import production as p; p.hide(); import django; import factory"
    assert "No module named 'factory': production does not install it" in imported("-c", code)


def test_the_closure_includes_transitive_dependencies():
    installed = closure(REQUIRED)
    assert {"django", "sqlparse", "psycopg-pool", "drf-spectacular-sidecar", "jsonschema"} <= installed
    assert installed.isdisjoint({"pytest", "factory-boy", "hypothesis", "gunicorn", "weasyprint"})
