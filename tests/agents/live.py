"""The MCP server in a separate process on a new installation, as `make serve-mcp` starts it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from tests.live import ROOT, await_answer, environment_of, free_port, new_database

# It generates every tool before it answers, which takes a busy machine minutes.
START_SECONDS = 300
METADATA = "/.well-known/oauth-protected-resource"
# An incident, and the token of an agent that may add notes to it.
SETUP = """
import json
from tests import environment
import django
django.setup()
from core.context import context
from core.operations.registry import registry
from tests.incidents.factories import IncidentFactory
from tests.users.factories import UserFactory
from users.system import system_principal
from users.tokens import new_token
with context(actor=system_principal(), operation=registry["system.seed"], request_id="live"):
    secret = new_token(UserFactory(), agent="live", operations=["incident.add_note"])[1]
    another, revoked = new_token(UserFactory(), agent="another")
    print(json.dumps({"id": IncidentFactory().pk, "secret": secret, "another": another.pk, "revoked": revoked}))
"""
# Revokes the token that the setup made for that.
REVOKE = """
import sys
from tests import environment
import django
django.setup()
from core.context import context
from core.operations.dispatch import submit
from users.models import Token
token = Token.objects.get(pk=sys.argv[1])
with context(request_id="live"):
    submit("token.revoke", actor=token.user, target_id=token.pk, body={})
"""


@contextmanager
def installation(folder: Path) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """The variables of a new installation, and the id of an incident with the secret of an agent's token."""
    limits = {"IMS_RATE_CALLER": "off", "IMS_RATE_ADDRESS": "off"}
    with new_database(folder, migrated=True) as url:
        environment = environment_of(url, **limits, PYTHONPATH=str(ROOT), DJANGO_SETTINGS_MODULE="ims.settings")
        yield environment, json.loads(run(environment, SETUP))


def run(environment: dict[str, str], program: str, *words: str) -> str:
    """Run a program on an installation; returns what it prints."""
    command = [sys.executable, "-c", program, *words]
    done = subprocess.run(  # noqa: S603 - our own program
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def mcp_served(environment: dict[str, str], output: IO[bytes] | None = None) -> Iterator[str]:
    """The MCP server; yields host and port."""
    port = str(free_port())
    words = ["-m", "uvicorn", "agents.asgi:application", "--port", port, "--log-level", "error"]
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, *words], cwd=ROOT, env=environment, stdout=output, stderr=output
    )
    try:
        await_answer(f"http://127.0.0.1:{port}{METADATA}", process, START_SECONDS)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)
