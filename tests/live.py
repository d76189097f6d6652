"""A new installation with its own server in separate processes, for tests that need real connections."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from tests.database import copy_on_server, copy_to, locked

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
KEPT_VARIABLES = ("PATH", "HOME", "LANG")
# What development installs in addition is not there for an installation; see sitecustomize.py.
WITHOUT_DEVELOPMENT = str(ROOT / "tests" / "absent")


@contextmanager
def new_database(folder: Path, *, migrated: bool = False) -> Iterator[str]:
    """The address of a database of the kind that the tests run on, empty or migrated; it is gone afterwards."""
    url = os.environ.get("DATABASE_URL", "sqlite://")
    if url.startswith("sqlite"):
        yield new_installation(folder, migrated=migrated)["DATABASE_URL"]
        return
    name = f"ims_live_{uuid4().hex[:12]}"
    with psycopg.connect(urlsplit(url)._replace(path="/postgres").geturl(), autocommit=True) as server:
        if migrated:
            with locked():
                copy_on_server(name)
        else:
            server.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def environment_of(database_url: str, **more: str) -> dict[str, str]:
    """The variables of a new installation: nothing set but the database."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    fixed = {"DATABASE_URL": database_url, "IMS_ENVIRONMENT": "development", "PYTHONPATH": WITHOUT_DEVELOPMENT}
    return {**kept, **fixed, **more}


def new_installation(folder: Path, *, migrated: bool = False, **more: str) -> dict[str, str]:
    """The variables of an installation with a SQLite database in this folder, empty or migrated."""
    if migrated:
        copy_to(folder / "ims.sqlite3")
    return environment_of(f"sqlite:///{folder}/ims.sqlite3", **more)


def manage(environment: dict[str, str], *words: str) -> str:
    """Run a management command. Returns its output."""
    return _run(environment, "manage.py", *words)


def run_tool(environment: dict[str, str], *words: str) -> str:
    """Run a command of `python -m tools`. Returns its output."""
    return _run(environment, "-m", "tools", *words)


def _run(environment: dict[str, str], *words: str) -> str:
    command = [sys.executable, *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@contextmanager
def served(
    environment: dict[str, str],
    *options: str,
    workers: int = 1,
    access_log: bool = False,
    output: IO[bytes] | None = None,
) -> Iterator[str]:
    """The product, served as `make serve` does, with further options of gunicorn; yields host and port.

    What the server prints goes to `output`, or where this process prints.
    """
    address = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "gunicorn", "--log-level", "error", "--workers", str(workers), *options]
    variables = {**environment, "IMS_BIND": address, "IMS_ACCESS_LOG": str(int(access_log))}
    process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=output, stderr=output)  # noqa: S603
    try:
        await_answer(f"http://{address}/healthz", process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_answer(url: str, process: "subprocess.Popen[bytes]", seconds: float = START_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail("the server did not start")
