"""`python -m tools demo`: loads demo data, starts a server, and plays the tour over HTTP."""

import os
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

from core.http.routes import API_PREFIX
from serving.addresses import bound_port
from tools.demo.cast import CAST, PASSWORD, WORLD_CLIENT_CONTACT, WORLD_VENDOR_CONTACT
from tools.demo.narrator import narrate
from tools.demo.world import load
from tools.tour.chapters import LIFE
from tools.tour.http import Client, sender
from tools.tour.player import play
from tools.tour.steps import TourError
from users.choices import CC, EX, VC
from users.models import User

START_SECONDS = 60
DEFAULT_BIND = "127.0.0.1:8000"


class Command(BaseCommand):
    help = "Load the demo data into an empty database, serve it, and play the tour over HTTP."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--load-only", action="store_true", help="load the demo data and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("the demonstration uses known passwords and cannot run in production")
        call_command("migrate", verbosity=0)
        if User.objects.filter(is_system=False).exists():
            raise CommandError("the database is not empty; the demonstration needs a separate one")
        bind = free_address(os.environ.get("IMS_BIND", ""))
        console = Console(stderr=False)
        with console.status("loading demo data") as status:
            load(timezone.now(), progress=lambda step: status.update(f"loading demo data: {step}"))
        if not options["load_only"]:
            _serve_and_play(console, bind)


def free_address(wanted: str) -> str:
    """The address to serve on: the requested one, or port 8000, or any free port. Raises CommandError."""
    host, _, port = (wanted or DEFAULT_BIND).rpartition(":")
    host = host or "127.0.0.1"
    for candidate in (int(port),) if wanted else (int(port), 0):
        if found := bound_port(host, candidate):
            return f"{host}:{found}"
    raise CommandError(f"{wanted} is in use; choose a free address: IMS_BIND=127.0.0.1:8001 make demo")


def staff(base: str) -> dict[str, Any]:
    """The accounts that the tour needs: each person's token and profile, under the names used in its steps."""
    kept: dict[str, Any] = {}
    for person in (each for each in CAST if each.role not in (CC, VC)):
        client = Client(base).log_in(person.email, PASSWORD)
        profile = client.call("GET", "/me/").body
        kept |= {f"{person.key}_token": {"token": client.token}, person.key: profile}
        if person.role == EX:
            kept["executive"] = profile
    return kept


def _serve_and_play(console: Console, bind: str) -> None:
    server = _start_server(bind)
    try:
        _await(f"http://{bind}", server)
        _play(console, f"http://{bind}/{API_PREFIX}".rstrip("/"))
        _invite(console, f"http://{bind}")
        if sys.stdin.isatty() and sys.stdout.isatty():
            console.print("The server keeps running; press Ctrl-C to stop it.")
            server.wait()
    except KeyboardInterrupt:
        console.print("Stopped.")
    finally:
        server.terminate()
        server.wait(timeout=20)


def _start_server(bind: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gunicorn", "ims.wsgi", "--bind", bind, "--workers", "2", "--log-level", "error"]
    return subprocess.Popen(command, env={**os.environ, "IMS_ACCESS_LOG": "0"})  # noqa: S603 - our own program


def _await(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise CommandError(f"the server exited with status {server.returncode}")
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise CommandError(f"the server did not respond within {START_SECONDS} seconds")


def _play(console: Console, base: str) -> None:
    try:
        count = narrate(play(LIFE, sender(base), staff(base)), console)
    except TourError as failure:
        raise CommandError(f"the tour failed: {failure}") from failure
    console.print(f"{count} requests, each with the expected response.")


def _invite(console: Console, address: str) -> None:
    table = Table("e-mail", "role", box=None)
    for person in (*CAST, WORLD_CLIENT_CONTACT, WORLD_VENDOR_CONTACT):
        table.add_row(person.email, str(person.role))
    console.rule("[bold]Next steps")
    console.print(
        f"Console        {address}/console/\nDocumentation  {address}/{API_PREFIX}docs/\nPassword       {PASSWORD}"
    )
    console.print(table)
