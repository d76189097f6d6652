"""The served process, over HTTP: the package's own client, other clients' messages, and the official inspector."""

import json
import shutil
import subprocess

import httpx2
import pytest
from asgiref.sync import async_to_sync
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from agents.tools import ALWAYS
from tests.agents.clients import BEFORE, CURRENT
from tests.agents.live import installation, mcp_served
from tests.live import ROOT

INSPECTOR = "@modelcontextprotocol/inspector@2.12.0"
GUIDE = (ROOT / "docs" / "agents.md").read_text()


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """One process for all tests of this module: its address and what requests need."""
    with installation(tmp_path_factory.mktemp("mcp")) as (environment, told), mcp_served(environment) as address:
        yield {**told, "url": f"http://{address}/mcp"}


def talk(live, use, mode):
    async def connected():
        headers = {"Authorization": f"Bearer {live['secret']}"}
        async with (
            create_mcp_http_client(headers=headers) as http,
            Client(streamable_http_client(live["url"], http_client=http), mode=mode) as client,
        ):
            return await use(client)

    return async_to_sync(connected)()


@pytest.mark.parametrize("mode", [CURRENT, BEFORE])
def test_the_packages_client_works_over_http(live, mode):
    async def use(client):
        tools = await client.list_tools()
        noted = await client.call_tool("incident.add_note", {"id": live["id"], "body": "Looked at it."})
        refused = await client.call_tool("incident.close", {"id": live["id"]})
        return [each.name for each in tools.tools], noted, refused

    names, noted, refused = talk(live, use, mode)
    assert names == [*ALWAYS, "incident.add_note"]
    assert noted.structured_content["body"] == {"untrusted": "Looked at it."}
    assert refused.is_error
    assert refused.structured_content["code"] == "operation_not_granted"


def test_one_message_without_a_conversation_is_answered(live):
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "inbox", "arguments": {}}}
    headers = {
        "Authorization": f"Bearer {live['secret']}",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2025-06-18",
    }
    answer = httpx2.post(live["url"], json=message, headers=headers)
    assert (answer.status_code, answer.json()["result"]["isError"]) == (200, False)
    assert httpx2.post(live["url"], json=message).status_code == 401


def inspect(live, *words):
    """The answer of the official inspector's command line; skips where it can't be had."""
    npx = shutil.which("npx")
    if npx is None:
        pytest.skip("the inspector needs Node.js with npx")
    command = [npx, "--yes", "--prefer-offline", INSPECTOR, "--cli", live["url"], "--transport", "http"]
    command += ["--header", f"Authorization: Bearer {live['secret']}", *words]
    done = subprocess.run(  # noqa: S603 - the guide's own command
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode and "npm error" in done.stderr:
        pytest.skip(f"npm can't install the inspector: {done.stderr.splitlines()[0]}")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_official_inspector_lists_and_calls_tools(live):
    assert f"npx {INSPECTOR} --cli http://127.0.0.1:8001/mcp --transport http" in GUIDE
    listed = inspect(live, "--method", "tools/list")
    assert [each["name"] for each in listed["tools"]] == [*ALWAYS, "incident.add_note"]
    called = inspect(live, "--method", "tools/call", "--tool-name", "policy", "--tool-arg", "sop=16")
    assert called["structuredContent"]["sop"] == 16
