"""Trials of an agent's command: each on a copy of the start world, served over HTTP or by a command.

The database is SQLite in a temporary folder, whatever DATABASE_URL says.
"""

import os
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from evals.language import Task
from evals.scoring import Score, score
from evals.world import World, house, prepare
from tests import database
from tests.live import ROOT, free_port

START_SECONDS = 60
STDIO = f"{sys.executable} {ROOT / 'manage.py'} mcp"
# An agent's process gets none of this server's settings.
WITHHELD = ("DATABASE_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE", "IMS_ENVIRONMENT", "IMS_SERVING")


@dataclass
class Runner:
    """Runs trials one after another in a folder; `url` is empty where agents start the server themselves (stdio)."""

    folder: Path
    command: str
    timeout: float
    url: str = ""

    def start(self) -> World:
        """Make the start world once; every trial begins with a copy of it."""
        database.copy_to(self.folder / "house.sqlite3")
        self._use("house.sqlite3")
        world = house()
        connection.close()
        return world

    def trial(self, task: Task, start: World) -> Score:
        """One trial of one task."""
        shutil.copy(self.folder / "house.sqlite3", self.folder / "trial.sqlite3")
        self._use("trial.sqlite3")
        world, secret, token_id = prepare(task, start)
        connection.close()
        self._play(task, secret)
        found = score(task, world, token_id)
        self._use("house.sqlite3")
        for file in self.folder.glob("trial.sqlite3*"):
            file.unlink()
        return found

    def _use(self, name: str) -> None:
        """Connect to a database, also in the threads of the server: each request opens a new connection."""
        connection.close()
        connection.settings_dict["NAME"] = str(self.folder / name)

    def _play(self, task: Task, secret: str) -> None:
        """Run the agent. What it prints is not judged; one that hangs is ended, and what it did so far is judged."""
        variables = {name: value for name, value in os.environ.items() if name not in WITHHELD}
        variables |= {"IMS_TASK": task.name, "IMS_WORDS": task.words, "IMS_TOKEN": secret, **self._server()}
        command = shlex.split(self.command)
        try:
            done = subprocess.run(  # noqa: S603 - the command is the caller's
                command, cwd=ROOT, env=variables, input=task.words, text=True, capture_output=True,
                timeout=self.timeout, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            print(f"{task.name}: ended after {self.timeout} s", file=sys.stderr)
            return
        if done.returncode:
            print(f"{task.name}: the agent failed\n{done.stderr[-2000:]}", file=sys.stderr)

    def _server(self) -> dict[str, str]:
        if self.url:
            return {"IMS_MCP_URL": self.url}
        name = f"sqlite:///{self.folder / 'trial.sqlite3'}"
        return {"IMS_MCP_COMMAND": STDIO, "DATABASE_URL": name, "IMS_ENVIRONMENT": "test"}


@contextmanager
def serving() -> Iterator[str]:
    """The MCP server over HTTP in a thread of this process; yields its URL."""
    import uvicorn  # noqa: PLC0415 - the extra `agents`

    from agents.asgi import application  # noqa: PLC0415

    port = free_port()
    server: Any = uvicorn.Server(uvicorn.Config(application, "127.0.0.1", port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
