"""The code of the clients' README, with the clients installed: its types and its output."""

import os
import re
import subprocess
import sys
from pathlib import Path

SDK = Path(__file__).resolve().parents[1]
PYTHON, TYPESCRIPT = SDK / "python", SDK / "typescript"
ADDRESS = "http://127.0.0.1:8000"

STRICT = ("--strict", "--target", "es2022", "--module", "nodenext", "--types", "node")
# Variables with which Python would find the clients in the source tree.
PATHS = ("PYTHONPATH", "MYPYPATH")


def program(language: str, address: str) -> str:
    """The blocks of the page in one language, one after the other: later ones use what earlier ones have made."""
    found = re.findall(rf"```{language}\n(.*?)```", (SDK / "README.md").read_text(), re.DOTALL)
    assert found
    return "\n".join(found).replace(ADDRESS, address)


def run(*command: str, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in PATHS}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_python_examples(demonstration: str, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", "venv", cwd=tmp_path)
    python = str(tmp_path / "venv" / "bin" / "python")
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(PYTHON), cwd=tmp_path)
    (tmp_path / "example.py").write_text(program("python", demonstration))

    run(sys.executable, "-m", "mypy", "--strict", "--python-executable", python, "example.py", cwd=tmp_path)
    printed = run(python, "example.py", cwd=tmp_path)

    for expected in ("precondition_failed", "stale_version", "Second Gateway"):
        assert expected in printed
    assert (tmp_path / "incidents.csv").read_bytes().startswith(b"id,title,status\r\n")


def test_the_typescript_examples(demonstration: str, tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "ims-client").symlink_to(TYPESCRIPT)
    (tmp_path / "node_modules" / "@types").symlink_to(TYPESCRIPT / "node_modules" / "@types")
    (tmp_path / "example.ts").write_text(program("typescript", demonstration))

    run(str(TYPESCRIPT / "node_modules" / ".bin" / "tsc"), *STRICT, "example.ts", cwd=tmp_path)
    printed = run("node", "example.js", cwd=tmp_path)

    for expected in ("precondition_failed", "stale_version", "id,title,status\n"):
        assert expected in printed
