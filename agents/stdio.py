"""The MCP server on standard input and output."""

import anyio
from mcp.server.stdio import stdio_server

from agents.requests import Caller
from agents.server import build_server
from agents.tools import prepare


def serve(secret: str, toolset: str) -> None:
    """Serve one client until it closes its end."""
    prepare()
    anyio.run(_serve, secret, toolset)


async def _serve(secret: str, toolset: str) -> None:
    caller = Caller(secret)
    server = build_server(lambda ctx: (caller, toolset))
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
