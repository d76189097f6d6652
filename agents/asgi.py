"""The ASGI application of the MCP server (streamable HTTP), a process of its own: `make serve-mcp`.

Every message carries a bearer token of this API. `/mcp/<toolset>` lists one toolset; `/mcp` chooses by the token.
"""

import asyncio
import os
from typing import Any
from urllib.parse import urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ims.settings")
os.environ["IMS_SERVING"] = "true"
django.setup()

from django.conf import settings  # noqa: E402
from django.db import close_old_connections  # noqa: E402
from mcp.server.transport_security import (  # noqa: E402
    DEFAULT_MAX_REQUEST_BODY_SIZE,
    RequestBodyLimitMiddleware,
    TransportSecuritySettings,
)
from starlette.requests import Request  # noqa: E402
from starlette.responses import JSONResponse, Response  # noqa: E402
from starlette.types import Message, Receive, Scope, Send  # noqa: E402

from agents.exchange import Exchanges, call_in  # noqa: E402
from agents.requests import Caller  # noqa: E402
from agents.server import REFUSED, build_server  # noqa: E402
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
    """Serves the metadata of RFC 9728, and passes messages with a valid token to the MCP server.

    A call is a request of the API, which looks up its token; for other messages it is looked up here.
    """

    def __init__(self) -> None:
        security = _hosts()
        self.server = build_server(_caller_of)
        self.exchanges = Exchanges(self.server, security)
        self.app = self.server.streamable_http_app(
            streamable_http_path=PATH, json_response=True, stateless_http=True, transport_security=security
        )
        self.messages = RequestBodyLimitMiddleware(self._answer, DEFAULT_MAX_REQUEST_BODY_SIZE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["path"].startswith(METADATA):
            await JSONResponse(metadata(_base(scope)))(scope, receive, send)
            return
        path = scope["path"].rstrip("/")
        toolset = path.removeprefix(f"{PATH}/") if path != PATH else ""
        if toolset in TOOLSETS:
            path = PATH
        told = {"path": path, "raw_path": path.encode(), "toolset": toolset, REFUSED: []}
        await self.messages({**scope, **told}, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        secret = _secret_of(request.headers.get("authorization", ""))
        body = await request.body()
        call = call_in(request, body) if secret and scope["path"] == PATH else None
        try:
            if call is None:
                await asyncio.to_thread(_require_token, secret)
        except Refusal as refusal:
            await _unauthenticated(scope, problem(refusal))(scope, receive, send)
            return
        response = None if call is None else await self.exchanges.answer(request, call)
        refused = _unless_refused(scope, receive, send)
        if response is None:
            await self.app(scope, _replay(body, receive), refused)
        else:
            await response(scope, receive, refused)


def _base(scope: Scope) -> str:
    """The address under which a client reaches this process."""
    host = dict(scope["headers"]).get(b"host", b"localhost").decode("latin-1")
    return f"{scope['scheme']}://{host}"


def _unauthenticated(scope: Scope, document: dict[str, Any]) -> Response:
    """The answer to a client without a valid token; it names the metadata."""
    told = {"WWW-Authenticate": f'Bearer resource_metadata="{_base(scope)}{METADATA}"'}
    return JSONResponse(document, document["status"], told, "application/problem+json")


def _replay(body: bytes, receive: Receive) -> Receive:
    """The messages of a request whose body was read."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return first.pop() if first else await receive()

    return replayed


def _unless_refused(scope: Scope, receive: Receive, send: Send) -> Send:
    """Sends an answer, or 401 in its place where the API refused the token of the call."""

    async def sent(message: Message) -> None:
        if not scope[REFUSED]:
            await send(message)
        elif message["type"] == "http.response.start":
            await _unauthenticated(scope, scope[REFUSED][0])(scope, receive, send)

    return sent


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
