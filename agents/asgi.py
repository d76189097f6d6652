"""The ASGI application of the MCP server (streamable HTTP), a process of its own: `make serve-mcp`.

Every message carries a bearer token of this API. `/mcp/<toolset>` lists one toolset; `/mcp` chooses by the token.
"""

import os
from typing import Any
from urllib.parse import urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ims.settings")
os.environ["IMS_SERVING"] = "true"
django.setup()

from asgiref.sync import sync_to_async  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import close_old_connections  # noqa: E402
from mcp.server.transport_security import TransportSecuritySettings  # noqa: E402
from starlette.responses import JSONResponse  # noqa: E402
from starlette.types import Receive, Scope, Send  # noqa: E402

from agents.requests import Caller  # noqa: E402
from agents.server import build_server  # noqa: E402
from agents.tools import prepare  # noqa: E402
from agents.toolsets import TOOLSETS  # noqa: E402
from core.codes import Code  # noqa: E402
from core.errors import Refusal  # noqa: E402
from core.http.problems import problem  # noqa: E402
from users.tokens import find_token  # noqa: E402

PATH = "/mcp"
METADATA = "/.well-known/oauth-protected-resource"


def _secret_of(header: str) -> str:
    keyword, _, secret = header.partition(" ")
    return secret.strip() if keyword.lower() == "bearer" else ""


def _caller_of(ctx: Any) -> tuple[Caller, str]:
    request = ctx.request
    address = request.client.host if request.client else "127.0.0.1"
    return Caller(_secret_of(request.headers.get("authorization", "")), address), request.scope.get("toolset", "")


def _require_token(secret: str) -> None:
    if not secret:
        raise Refusal(
            Code.NOT_AUTHENTICATED, "Send the header Authorization: Bearer <token>.", rule="authenticated_caller"
        )
    close_old_connections()
    try:
        find_token(secret)
    finally:
        close_old_connections()


def _hosts() -> TransportSecuritySettings:
    """The hosts that the settings allow, with any port."""
    hosts = [host for host in settings.ALLOWED_HOSTS if host != "*"]
    allowed = [form for host in hosts for form in (host, f"{host}:*")]
    origins = [f"{scheme}://{form}" for form in allowed for scheme in ("https", "http")]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection="*" not in settings.ALLOWED_HOSTS,
        allowed_hosts=allowed,
        allowed_origins=origins,
    )


class Application:
    """Checks the token of every request, serves the metadata of RFC 9728, and passes the rest to the MCP server."""

    def __init__(self) -> None:
        self.server = build_server(_caller_of)
        self.app = self.server.streamable_http_app(
            streamable_http_path=PATH, json_response=True, stateless_http=True, transport_security=_hosts()
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path, headers = scope["path"].rstrip("/"), dict(scope["headers"])
        base = f"{scope['scheme']}://{headers.get(b'host', b'localhost').decode('latin-1')}"
        if path.startswith(METADATA):
            await JSONResponse(metadata(base))(scope, receive, send)
            return
        toolset = path.removeprefix(f"{PATH}/") if path != PATH else ""
        if toolset in TOOLSETS:
            path = PATH
        try:
            secret = _secret_of(headers.get(b"authorization", b"").decode("latin-1"))
            await sync_to_async(_require_token, thread_sensitive=False)(secret)
        except Refusal as refusal:
            told = {"WWW-Authenticate": f'Bearer resource_metadata="{base}{METADATA}"'}
            response = JSONResponse(problem(refusal), refusal.meaning.status, told, "application/problem+json")
            await response(scope, receive, send)
            return
        await self.app({**scope, "path": path, "raw_path": path.encode(), "toolset": toolset}, receive, send)


def metadata(base: str) -> dict[str, Any]:
    """The protected resource's metadata (RFC 9728). The API issues its tokens itself; there is no OAuth server."""
    return {
        "resource": f"{base}{PATH}",
        "resource_name": f"Incident Management System at {urlsplit(base).netloc}",
        "bearer_methods_supported": ["header"],
        "authorization_servers": [],
    }


prepare()
application = Application()
