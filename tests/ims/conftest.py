"""A new installation and its server, for what the documentation tells people to type."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ims.snippets import ROOT

START_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A new installation: an empty database, and nothing set."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "DATABASE_URL": f"sqlite:///{tmp_path}/ims.sqlite3", "IMS_ENVIRONMENT": "development"}


@pytest.fixture
def server(environment: dict[str, str]) -> Iterator[str]:
    """The product, served as `make serve` does; yields its address."""
    address = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "gunicorn", "--log-level", "error", "--workers", "1"]
    process = subprocess.Popen(command, cwd=ROOT, env={**environment, "IMS_BIND": address, "IMS_ACCESS_LOG": "0"})  # noqa: S603
    try:
        await_answer(f"http://{address}/healthz", process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def await_answer(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail("the server did not start")
