"""Both transports: standard input and output, and streamable HTTP with bearer tokens of the API."""

import ast
from io import StringIO
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from httpx2 import ASGITransport, AsyncClient

from agents.asgi import application
from agents.entry_point import call_tool
from agents.requests import Caller
from agents.results import ToolResult
from tests.agents.clients import secret_of
from tests.api import Api
from tests.incidents.factories import IncidentFactory
from tests.users.factories import UserFactory
from users.choices import TS

AGENTS = Path(__file__).resolve().parent.parent.parent / "agents"
SERVING = {"server.py", "asgi.py", "elicitation.py", "exchange.py", "stdio.py"}
LIBRARIES = ("mcp", "mcp_types", "starlette", "uvicorn")


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""


def ask(method, path, **options):
    async def asked():
        async with AsyncClient(transport=ASGITransport(app=application), base_url="http://localhost") as client:
            return await client.request(method, path, **options)

    return async_to_sync(asked)()


def test_only_what_serves_imports_the_libraries():
    sources = list(AGENTS.rglob("*.py"))
    importing = {path.name for path in sources if any(name.split(".")[0] in LIBRARIES for name in imports(path))}
    assert importing == SERVING


def test_the_command_needs_a_token(monkeypatch):
    monkeypatch.delenv("IMS_TOKEN", raising=False)
    with pytest.raises(CommandError, match="IMS_TOKEN"):
        call_command("mcp", stdout=StringIO())


@pytest.mark.parametrize("path", ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"])
def test_the_resource_describes_itself(path):
    document = ask("GET", path).json()
    assert document["resource"] == "http://localhost/mcp"
    assert document["bearer_methods_supported"] == ["header"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Token abc"}, {"Authorization": "Bearer"}])
@pytest.mark.parametrize("path", ["/mcp", "/mcp/response"])
def test_without_a_bearer_token_a_client_learns_where_to_look(path, headers):
    refused = ask("POST", path, json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, headers=headers)

    assert (refused.status_code, refused.json()["code"]) == (401, "not_authenticated")
    assert refused.headers["WWW-Authenticate"] == (
        'Bearer resource_metadata="http://localhost/.well-known/oauth-protected-resource"'
    )


def test_only_the_request_of_a_call_looks_its_token_up(monkeypatch):
    looked_up = []
    monkeypatch.setattr("agents.asgi._require_token", looked_up.append)
    monkeypatch.setattr("agents.server.call_tool", lambda *given: ToolResult(False, "inbox: done", {"count": 0}))
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "inbox", "arguments": {}}}
    headers = {"Authorization": "Bearer abc", "Accept": "application/json"}

    answer = ask("POST", "/mcp", json=message, headers=headers)

    assert answer.json()["result"]["structuredContent"] == {"count": 0}
    assert looked_up == []


@pytest.mark.django_db
def test_a_call_costs_the_statements_of_its_request():
    incident, person = IncidentFactory(), UserFactory(role=TS)
    caller = Caller(secret_of(person, "incident.add_note"))
    api = Api(None, Authorization=f"Bearer {caller.secret}")
    notes, note = f"/incidents/{incident.pk}/notes/", {"body": "Looked at it."}
    pairs = (
        (lambda: api.get(f"/incidents/{incident.pk}/"), "get", {"entity_type": "incident", "id": incident.pk}),
        (lambda: api.post(notes, note), "incident.add_note", {"id": incident.pk, **note}),
    )
    for request, name, given in pairs:
        request()  # the use of the token is noted once
        assert statements(lambda name=name, given=given: call_tool(caller, name, given)) == statements(request)


def statements(act):
    with CaptureQueriesContext(connection) as captured:
        act()
    return [each["sql"].split()[0] for each in captured.captured_queries]
