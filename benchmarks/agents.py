"""Compares tool calls of software agents with the same REST requests, alternating within one run.

`make bench`, or `python -m benchmarks.agents` with any DATABASE_URL. One connection asks each server in turn; only the
ratio of the middle times counts. Exits 1 when it is not acceptable.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
import httpx2

from benchmarks.results import Result, report
from benchmarks.running import doing, kept
from tests.agents.live import installation, mcp_served
from tests.live import served

ROUNDS, WARM_UP = 200, 20
# How many times as long as the request a tool call may take: acceptable, and the goal.
LIMIT = 1.5
HEADERS = {
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": "2025-06-18",
}
Ask = Callable[[], None]


@contextmanager
def servers() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The API and the MCP server, one process each, on one database; yields both addresses and what requests need."""
    with (
        tempfile.TemporaryDirectory() as name,
        installation(Path(name)) as (environment, told),
        kept(Path(name) / "servers.log") as output,
        served(environment, output=output) as rest,
        mcp_served(environment, output) as mcp,
    ):
        yield f"http://{rest}", f"http://{mcp}", told


def asks(rest: str, mcp: str, told: dict[str, Any], client: httpx2.Client) -> dict[str, tuple[Ask, Ask]]:
    """Each request over REST and as a tool call."""
    pk, note = told["id"], {"body": "Looked at it."}

    def request(method: str, path: str, body: Any = None) -> Ask:
        def ask() -> None:
            client.request(method, f"{rest}/api/v1{path}", json=body).raise_for_status()

        return ask

    def call(name: str, **arguments: Any) -> Ask:
        message = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": name, "arguments": arguments},
        }

        def ask() -> None:
            answer = client.post(f"{mcp}/mcp", json=message, headers=HEADERS).raise_for_status().json()
            if answer["result"].get("isError"):
                raise RuntimeError(answer)

        return ask

    return {
        "read": (request("GET", f"/incidents/{pk}/"), call("get", entity_type="incident", id=pk)),
        "write": (request("POST", f"/incidents/{pk}/notes/", note), call("incident.add_note", id=pk, **note)),
    }


def timed(ask: Ask) -> float:
    begun = time.perf_counter()
    ask()
    return time.perf_counter() - begun


def results() -> Iterator[Result]:
    with servers() as (rest, mcp, told):
        headers = {"Authorization": f"Bearer {told['secret']}", "Content-Type": "application/json"}
        with httpx2.Client(headers=headers, timeout=60) as client:
            for name, pair in asks(rest, mcp, told, client).items():
                with doing(f"Asking for {name!r}, {ROUNDS} times each"):
                    for ask in pair * WARM_UP:
                        ask()
                    times = [[timed(ask) for ask in pair] for _ in range(ROUNDS)]
                request, call = (statistics.median(column) for column in zip(*times, strict=True))
                yield Result(name, "tool call × request", call / request, LIMIT, LIMIT, most=True)


if __name__ == "__main__":
    os.environ.setdefault("DATABASE_URL", "sqlite://")
    os.environ |= {"DJANGO_SETTINGS_MODULE": "ims.settings", "IMS_ENVIRONMENT": "test"}
    django.setup()  # to copy the migrated database of the tests
    sys.exit(report(results()))
