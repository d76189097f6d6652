"""`manage.py demo`: a fresh world, a server, a story over HTTP; stays up when run in a terminal."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from ims.demo.cast import CAST, PASSWORD
from ims.demo.chapters import CHAPTERS
from ims.demo.story import Story, StoryError
from ims.demo.world import load
from users.models import User

START_SECONDS = 60


class Command(BaseCommand):
    help = "Make the demonstration's world in an empty database, serve it and play one incident through HTTP."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="preferred port; another is taken when it is busy")
        parser.add_argument("--load-only", action="store_true", help="make the world and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("the demonstration has known passwords; it does not run in production")
        console = Console(stderr=False)
        call_command("migrate", verbosity=0)
        if User.objects.filter(is_system=False).exists():
            raise CommandError("the database is not empty; the demonstration makes a world of its own")
        with console.status("making the world") as status:
            load(timezone.now(), progress=lambda step: status.update(f"making the world: {step}"))
        if options["load_only"]:
            return
        self._serve_and_play(console, _free_port(options["port"]))

    def _serve_and_play(self, console: Console, port: int) -> None:
        address = f"http://127.0.0.1:{port}"
        server = _start_server(port)
        try:
            _await(address, server)
            _play(console, address)
            _invite(console, address)
            if sys.stdin.isatty() and sys.stdout.isatty():
                console.print("The server stays up; Ctrl-C ends it.")
                server.wait()
        except KeyboardInterrupt:
            console.print("Good-bye.")
        finally:
            server.terminate()
            server.wait(timeout=20)


def _start_server(port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gunicorn", "ims.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    quiet = ["--log-level", "error"]
    return subprocess.Popen([*command, *quiet], env={**os.environ, "IMS_ACCESS_LOG": "0"})  # noqa: S603 - our own program


def _await(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise CommandError(f"the server ended with status {server.returncode}")
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise CommandError(f"the server did not answer within {START_SECONDS} seconds")


def _play(console: Console, address: str) -> None:
    try:
        Story(f"{address}/api/v1", console).play(CHAPTERS)
    except StoryError as failure:
        raise CommandError(f"the story broke: {failure}") from failure


def _invite(console: Console, address: str) -> None:
    table = Table("e-mail", "role", box=None)
    for person in CAST:
        table.add_row(person.email, str(person.role))
    console.rule("[bold]Look around")
    console.print(
        f"Console        {address}/console/\nDocumentation  {address}/api/v1/docs/\nPassword       {PASSWORD}"
    )
    console.print(table)


def _free_port(preferred: int) -> int:
    for port in (preferred, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise CommandError("no port is free")
