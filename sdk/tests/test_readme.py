"""The code of the clients' README has the right types, and does what it says, in the demonstration's world."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import manage, new_installation, served

SDK = Path(__file__).resolve().parents[1]
PYTHON, TYPESCRIPT = SDK / "python", SDK / "typescript"
ADDRESS = "127.0.0.1:8000"

STRICT = ("--strict", "--target", "es2022", "--module", "nodenext", "--types", "node")


@pytest.fixture
def demonstration(tmp_path: Path) -> Iterator[str]:
    environment = new_installation(tmp_path)
    manage(environment, "demo", "--load-only")
    with served(environment) as address:
        yield address


def blocks(language: str, address: str) -> list[str]:
    found = re.findall(rf"```{language}\n(.*?)```", (SDK / "README.md").read_text(), re.DOTALL)
    assert found
    return [code.replace(ADDRESS, address) for code in found]


def run(*command: str, cwd: Path, **variables: str) -> str:
    done = subprocess.run(  # noqa: S603
        command, cwd=cwd, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_python_examples(demonstration: str, tmp_path: Path) -> None:
    for number, code in enumerate(blocks("python", demonstration)):
        example = tmp_path / f"example_{number}.py"
        example.write_text(code)
        types = [sys.executable, "-m", "mypy", "--config-file", str(PYTHON / "pyproject.toml"), str(example)]
        run(*types, cwd=tmp_path, MYPYPATH=str(PYTHON))
        run(sys.executable, str(example), cwd=tmp_path, PYTHONPATH=str(PYTHON))


def test_the_typescript_examples(demonstration: str, tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "ims-client").symlink_to(TYPESCRIPT)
    (tmp_path / "node_modules" / "@types").symlink_to(TYPESCRIPT / "node_modules" / "@types")
    for number, code in enumerate(blocks("typescript", demonstration)):
        example = tmp_path / f"example_{number}.ts"
        example.write_text(code)
        run(str(TYPESCRIPT / "node_modules" / ".bin" / "tsc"), *STRICT, example.name, cwd=tmp_path)
        assert "precondition_failed" in run("node", f"example_{number}.js", cwd=tmp_path)
