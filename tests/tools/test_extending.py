"""docs/extending.md is followed in a copy of the project: its edits suffice for an operation and for a field."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.production import SHIPPED
from tests.database import copy_to
from tests.live import ROOT, environment_of
from tests.tools.edits import apply, blocks

PAGE = (ROOT / "docs" / "extending.md").read_text()
# Bytecode is copied, too, except what other processes are writing.
BEING_WRITTEN = shutil.ignore_patterns("*.pyc.*")
COPIED = [*SHIPPED, "tests", "tools", "docs"]
# In the copy: the new migration is added to a database that has all others, which then is the template of the tests.
IN_THE_COPY = """
import sys, django, pytest
from pathlib import Path
django.setup()
from django.core.management import call_command
from django.db import connection
call_command("migrate", verbosity=0)
connection.close()
from tests import database
database.CACHE.mkdir(parents=True)
Path("migrated.sqlite3").rename(database.CACHE / f"{database.digest()}.sqlite3")
sys.exit(pytest.main(sys.argv[1:]))
"""
# The page's own tests, and those of the project that hold a new operation and a new field to its rules.
FILES = [
    *("tests/incidents/test_take_over.py", "tests/incidents/test_external_reference.py"),
    *("tests/ims/test_schema.py", "tests/architecture/test_matrix.py", "tests/console/test_matrix.py"),
]
CHOSEN = "take_over or take-over or external_reference or explained or described_once or its_law"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the project with a migrated database."""
    folder = tmp_path / "ims"
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=BEING_WRITTEN)
    for name in ("manage.py", "pyproject.toml"):
        shutil.copy2(ROOT / name, folder)
    copy_to(folder / "migrated.sqlite3")
    return folder


def run(folder: Path, *command: str) -> str:
    environment = environment_of(
        f"sqlite:///{folder}/migrated.sqlite3", IMS_ENVIRONMENT="test", DJANGO_SETTINGS_MODULE="ims.settings"
    )
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_page_leads_to_an_operation_and_a_field(checkout):
    for language, text in blocks(PAGE):
        if language == "diff":
            apply(text, checkout)
        else:
            run(checkout, *text.replace(".venv/bin/python", sys.executable).split())

    output = run(checkout, sys.executable, "-c", IN_THE_COPY, "-n", "0", "-p", "no:cacheprovider", *FILES, "-k", CHOSEN)

    assert re.search(r"^\d\d passed", output, re.MULTILINE), output


@pytest.mark.parametrize(
    ("text", "refusal"),
    [("--- a.py\n x = 1\n+y = 2\n", "has 2 of these lines"), ("--- a.py\n-z = 1\n", "has 0 of these lines")],
)
def test_an_edit_of_a_place_that_is_not_unique_fails(tmp_path, text, refusal):
    (tmp_path / "a.py").write_text("x = 1\nx = 1\n")
    with pytest.raises(AssertionError, match=refusal):
        apply(text, tmp_path)


def test_an_edit_adds_and_removes_lines(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n\ny = 2\n")
    apply("--- a.py\n+import z\n x = 1\n@@\n-y = 2\n+y = 3\n", tmp_path)
    apply("--- b.py (new)\n+x = 1\n", tmp_path)
    assert (tmp_path / "a.py").read_text() == "import z\nx = 1\n\ny = 3\n"
    assert (tmp_path / "b.py").read_text() == "x = 1\n"
