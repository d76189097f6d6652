"""Generated code is not under version control: without it, building either client fails with advice."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SDK = Path(__file__).resolve().parents[1]
GENERATED = shutil.ignore_patterns("ims_client", "schema.ts", "dist", "node_modules")
WHAT_TO_DO = "has not been generated: run `make sdk`"


@pytest.fixture
def ungenerated(tmp_path: Path) -> Path:
    """Both clients as a fresh clone has them."""
    return Path(shutil.copytree(SDK, tmp_path / "sdk", ignore=GENERATED))


def failure(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode != 0
    return done.stdout + done.stderr


@pytest.mark.parametrize("way", ["wheel", "install", "download"])
def test_the_python_package(ungenerated: Path, tmp_path: Path, way: str) -> None:
    said = failure(sys.executable, "-m", "pip", way, "--no-deps", str(ungenerated / "python"), cwd=tmp_path)

    assert f"ims_client {WHAT_TO_DO}" in said


@pytest.mark.parametrize("command", [("run", "build"), ("run", "check"), ("pack",)])
def test_the_typescript_package(ungenerated: Path, command: tuple[str, ...]) -> None:
    said = failure("npm", *command, cwd=ungenerated / "typescript")

    assert f"src/schema.ts {WHAT_TO_DO}" in said


def test_the_typescript_package_is_not_installed_without_it(ungenerated: Path, tmp_path: Path) -> None:
    said = failure("npm", "install", "--no-audit", "--no-fund", str(ungenerated / "typescript"), cwd=tmp_path)

    assert f"src/schema.ts {WHAT_TO_DO}" in said
