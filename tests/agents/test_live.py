"""The served process, over HTTP: the package's own client, other clients' messages, and the official inspector."""

import json
import shutil
import subprocess
import sys

import httpx2
import pytest
from asgiref.sync import async_to_sync
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from agents.tools import ALWAYS
from tests.agents.clients import BEFORE, CURRENT
from tests.agents.live import REVOKE, installation, mcp_served, run
from tests.live import ROOT

INSPECTOR = "@modelcontextprotocol/inspector@2.12.0"
# A revision before the current one, as a header names it; and what a message of the current one carries.
BEFORE_IT = "2025-06-18"
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": CURRENT,
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
GUIDE = (ROOT / "docs" / "agents.md").read_text()


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """One process for all tests of this module: its address and what requests need."""
    with installation(tmp_path_factory.mktemp("mcp")) as (environment, told), mcp_served(environment) as address:
        yield {**told, "url": f"http://{address}/mcp", "environment": environment}


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


def post(live, name, revision=BEFORE_IT, method="tools/call", *, secret="", **headers):
    """The answer to one message, sent as clients in other languages send it."""
    params = {"name": name, "arguments": {}} if method == "tools/call" else {}
    given = {
        "Accept": "application/json, text/event-stream",
        "Authorization": f"Bearer {secret or live['secret']}",
        "MCP-Protocol-Version": revision,
    }
    if revision == CURRENT:
        params["_meta"] = ENVELOPE
        given |= {"Mcp-Method": method, **({"Mcp-Name": name} if name else {})}
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return httpx2.post(live["url"], json=message, headers={**given, **headers})


@pytest.mark.parametrize("revision", [CURRENT, BEFORE_IT])
def test_one_message_without_a_conversation_is_answered(live, revision):
    answer = post(live, "inbox", revision)
    assert (answer.status_code, answer.json()["id"], answer.json()["result"]["isError"]) == (200, 1, False)
    listed = post(live, "", revision, "tools/list").json()["result"]["tools"]
    assert [each["name"] for each in listed] == [*ALWAYS, "incident.add_note"]


@pytest.mark.parametrize("method", ["tools/call", "tools/list", "resources/templates/list", "ping"])
@pytest.mark.parametrize("name", ["inbox", "no.such"])
def test_a_message_with_an_invalid_token_is_refused_whatever_it_asks_for(live, method, name):
    for revision in (CURRENT, BEFORE_IT):
        refused = post(live, name if method == "tools/call" else "", revision, method, secret="invalid")
        assert (refused.status_code, refused.json()["code"]) == (401, "not_authenticated")
        assert refused.headers["WWW-Authenticate"].startswith("Bearer resource_metadata=")


def test_revoking_a_token_holds_at_once(live):
    assert post(live, "inbox", secret=live["revoked"]).json()["result"]["isError"] is False
    run(live["environment"], REVOKE, str(live["another"]))
    for revision in (CURRENT, BEFORE_IT):
        assert post(live, "inbox", revision, secret=live["revoked"]).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Host": "elsewhere.example"}, 421), ({"Accept": "text/html"}, 406), ({"Content-Type": "text/plain"}, 400)],
)
def test_what_the_transport_forbids_is_refused(live, headers, status):
    for revision in (CURRENT, BEFORE_IT):
        assert post(live, "inbox", revision, **headers).status_code == status


def test_a_malformed_call_is_an_error_of_the_protocol(live):
    headers = {"Accept": "application/json, text/event-stream", "Authorization": f"Bearer {live['secret']}"}
    for params in ({"name": ["inbox"]}, {"arguments": {}}, {"name": "inbox", "arguments": "all"}):
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        assert httpx2.post(live["url"], json=message, headers=headers).json()["error"]["code"] == -32602
    for malformed in ({"jsonrpc": "1.0", "id": 1, "method": "tools/call"}, {"id": [1], "method": "tools/call"}):
        assert httpx2.post(live["url"], json=malformed, headers=headers).status_code == 400


def inspect(target, *words):
    """The answer of the official inspector's command line; skips where it can't be had."""
    npx = shutil.which("npx")
    if npx is None:
        pytest.skip("the inspector needs Node.js with npx")
    done = subprocess.run(  # noqa: S603 - the guide's own command
        [npx, "--yes", "--prefer-offline", INSPECTOR, "--cli", *target, *words],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode and "npm error" in done.stderr:
        pytest.skip(f"npm can't install the inspector: {done.stderr.splitlines()[0]}")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def over_http(live):
    assert f"npx {INSPECTOR} --cli http://127.0.0.1:8001/mcp --transport http" in GUIDE
    return [live["url"], "--transport", "http", "--header", f"Authorization: Bearer {live['secret']}"]


def over_stdio(live):
    assert f"npx {INSPECTOR} --cli -e IMS_TOKEN=$IMS_TOKEN" in GUIDE
    named = {**live["environment"], "IMS_TOKEN": live["secret"]}
    given = [word for name, value in named.items() for word in ("-e", f"{name}={value}")]
    return [*given, sys.executable, "manage.py", "mcp"]


@pytest.mark.parametrize("target", [over_http, over_stdio])
def test_the_official_inspector_lists_and_calls_tools(live, target):
    """`--strict` fails where a schema is not portable among clients."""
    listed = inspect(target(live), "--method", "tools/list", "--strict")
    assert [each["name"] for each in listed["tools"]] == [*ALWAYS, "incident.add_note"]
    called = inspect(target(live), "--method", "tools/call", "--tool-name", "policy", "--tool-arg", "sop=16")
    assert called["structuredContent"]["sop"] == 16
