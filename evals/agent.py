"""`python -m evals.agent NAME`: a scripted agent as a process, an MCP client like any other.

It reads the name of its script from IMS_TASK; a model would read the words, in IMS_WORDS and on standard input.
"""

import os
import shlex
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.from_thread
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from evals.scripted import play
from evals.tasks import BY_NAME


@asynccontextmanager
async def connected() -> AsyncIterator[Client]:
    """A client of the server that the environment names: by URL, or by a command."""
    if url := os.environ.get("IMS_MCP_URL"):
        headers = {"Authorization": f"Bearer {os.environ['IMS_TOKEN']}"}
        async with (
            create_mcp_http_client(headers=headers) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            yield client
        return
    command, *words = shlex.split(os.environ["IMS_MCP_COMMAND"])
    server = StdioServerParameters(command=command, args=words, env=dict(os.environ))
    async with Client(server) as client:
        yield client


async def act(name: str) -> None:
    async with connected() as client:

        def call(tool: str, arguments: Mapping[str, Any]) -> tuple[bool, Any]:
            result = anyio.from_thread.run(client.call_tool, tool, dict(arguments))
            return bool(result.is_error), result.structured_content

        await anyio.to_thread.run_sync(play, name, BY_NAME[os.environ["IMS_TASK"]], call)


if __name__ == "__main__":
    anyio.run(act, sys.argv[1] if len(sys.argv) > 1 else "reference")
