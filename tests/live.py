"""The product as it runs: served by gunicorn, for tests that reach it through a socket."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = ("PATH", "HOME", "LANG")
START_SECONDS = 60


def new_installation(folder: Path) -> dict[str, str]:
    """The environment of a new installation: an empty database, and nothing else set."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "DATABASE_URL": f"sqlite:///{folder}/ims.sqlite3", "IMS_ENVIRONMENT": "development"}


def manage(environment: Mapping[str, str], *arguments: str) -> str:
    """Run `manage.py`; returns what it printed."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return done.stdout


@contextmanager
def served(environment: Mapping[str, str], *options: str, workers: int = 1) -> Iterator[str]:
    """The product, served as `make serve` does, with further options of gunicorn; yields host and port."""
    address = f"127.0.0.1:{_free_port()}"
    command = [sys.executable, "-m", "gunicorn", "--log-level", "error", "--workers", str(workers), *options]
    process = subprocess.Popen(command, cwd=ROOT, env={**environment, "IMS_BIND": address, "IMS_ACCESS_LOG": "0"})  # noqa: S603
    try:
        _await_answer(f"http://{address}/healthz", process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_answer(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("the server did not start")
