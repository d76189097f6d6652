"""Both transports: standard input and output, and streamable HTTP with bearer tokens of the API."""

import ast
from io import StringIO
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.core.management import CommandError, call_command
from httpx2 import ASGITransport, AsyncClient

from agents.asgi import application

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
