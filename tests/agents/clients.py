"""A client of the MCP server in this process, in the thread of the test, so that it sees the test's transaction."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import async_to_sync
from mcp import Client

from agents.requests import Caller
from agents.server import build_server
from users.tokens import new_token

# The current revision of the protocol, and how clients of earlier ones connect.
CURRENT, BEFORE = "2026-07-28", "legacy"


def secret_of(person: Any, *operations: str, **grant: Any) -> str:
    """The secret of a new token of the person for an agent."""
    return new_token(person, agent="triage-bot", operations=operations, **grant)[1]


def talk(
    secret: str, use: Callable[[Client], Any], *, mode: str = CURRENT, toolset: str = "", person: Any = None
) -> Any:
    """Connect, and return what `use` answers. `person` answers questions of the server."""

    async def connected() -> Any:
        server = build_server(lambda ctx: (Caller(secret), toolset), thread_sensitive=True)
        async with Client(server, mode=mode, elicitation_callback=person) as client:
            return await use(client)

    return async_to_sync(connected)()


def call(secret: str, name: str, *, mode: str = CURRENT, **arguments: Any) -> Any:
    """The result of one call of a tool."""
    return talk(secret, lambda client: client.call_tool(name, arguments), mode=mode)
