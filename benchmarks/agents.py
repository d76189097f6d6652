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
# The current revision of the protocol, and one before it.
CURRENT, BEFORE = "2026-07-28", "2025-06-18"
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": CURRENT,
    "io.modelcontextprotocol/clientInfo": {"name": "benchmark", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
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


def asks(rest: str, mcp: str, told: dict[str, Any], client: httpx2.Client) -> dict[str, tuple[Ask, ...]]:
    """Each request over REST, and as a tool call in both revisions."""
    pk, note = told["id"], {"body": "Looked at it."}

    def request(method: str, path: str, body: Any = None) -> Ask:
        def ask() -> None:
            client.request(method, f"{rest}/api/v1{path}", json=body).raise_for_status()

        return ask

    def call(revision: str, name: str, **arguments: Any) -> Ask:
        message, headers = called(revision, name, arguments)

        def ask() -> None:
            answer = client.post(f"{mcp}/mcp", json=message, headers=headers).raise_for_status().json()
            if answer["result"].get("isError"):
                raise RuntimeError(answer)

        return ask

    def calls(name: str, **arguments: Any) -> Iterator[Ask]:
        return (call(revision, name, **arguments) for revision in (CURRENT, BEFORE))

    return {
        "read": (request("GET", f"/incidents/{pk}/"), *calls("get", entity_type="incident", id=pk)),
        "write": (request("POST", f"/incidents/{pk}/notes/", note), *calls("incident.add_note", id=pk, **note)),
    }


def called(revision: str, name: str, arguments: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The message and headers of a call of a tool."""
    params: dict[str, Any] = {"name": name, "arguments": arguments}
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": revision}
    if revision == CURRENT:
        params["_meta"] = ENVELOPE
        headers |= {"Mcp-Method": "tools/call", "Mcp-Name": name}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}, headers


def timed(ask: Ask) -> float:
    begun = time.perf_counter()
    ask()
    return time.perf_counter() - begun


def results() -> Iterator[Result]:
    with servers() as (rest, mcp, told):
        headers = {"Authorization": f"Bearer {told['secret']}", "Content-Type": "application/json"}
        with httpx2.Client(headers=headers, timeout=60) as client:
            for name, each in asks(rest, mcp, told, client).items():
                with doing(f"Asking for {name!r}, {ROUNDS} times each"):
                    for ask in each * WARM_UP:
                        ask()
                    times = [[timed(ask) for ask in each] for _ in range(ROUNDS)]
                request, *calls = (statistics.median(column) for column in zip(*times, strict=True))
                for revision, call in zip((CURRENT, BEFORE), calls, strict=True):
                    yield Result(f"{name} {revision}", "tool call × request", call / request, LIMIT, LIMIT, most=True)


if __name__ == "__main__":
    os.environ.setdefault("DATABASE_URL", "sqlite://")
    os.environ |= {"DJANGO_SETTINGS_MODULE": "ims.settings", "IMS_ENVIRONMENT": "test"}
    django.setup()  # to copy the migrated database of the tests
    sys.exit(report(results()))
