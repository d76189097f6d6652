"""Calls of tools in the revisions of the protocol before 2026-07-28, each answered as one exchange.

For a message of those revisions the package makes a session with its streams and tasks, which takes as long as the call
itself. Without sessions a call needs none of that: the package's server answers it directly, as it does in the current
revision. Every other message is left to the package.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
import orjson
from mcp.server.connection import Connection
from mcp.server.lowlevel import Server
from mcp.server.runner import modern_error_data, serve_one
from mcp.server.streamable_http import check_accept_headers
from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings
from mcp.shared.exceptions import NoBackChannelError
from mcp.shared.message import ServerMessageMetadata
from mcp.shared.transport_context import TransportContext
from mcp_types import DEFAULT_NEGOTIATED_VERSION, ErrorData, JSONRPCRequest
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from starlette.requests import Request
from starlette.responses import Response

CALL = "tools/call"
VERSION = "mcp-protocol-version"
JSON = "application/json"
ONE_WAY = TransportContext(kind="streamable-http", can_send_request=False)

logger = logging.getLogger(__name__)


def call_in(request: Request, body: bytes) -> Mapping[str, Any] | None:
    """The call of a tool that a request posts; None for anything else."""
    if request.method != "POST":
        return None
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) and message.get("method") == CALL and "id" in message else None


def version_of(request: Request) -> str:
    """The revision that a request names."""
    return request.headers.get(VERSION, DEFAULT_NEGOTIATED_VERSION)


@dataclass
class Exchange:
    """The context of one message for the package's server. The only way back to the client is the answer."""

    request_id: str | int
    message_metadata: ServerMessageMetadata
    transport: TransportContext = ONE_WAY
    can_send_request: bool = False
    cancel_requested: anyio.Event = field(default_factory=anyio.Event)

    async def send_raw_request(self, method: str, params: Any, opts: Any = None) -> dict[str, Any]:
        raise NoBackChannelError(method)

    async def notify(self, method: str, params: Any, opts: Any = None) -> None:
        logger.debug("dropped %s: the answer is one document", method)

    async def progress(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        await self.notify("notifications/progress", None)


class Exchanges:
    """Answers calls of tools with the package's server."""

    def __init__(self, server: Server[Any], security: TransportSecuritySettings) -> None:
        self.server, self.security = server, TransportSecurityMiddleware(security)

    async def answer(self, request: Request, message: Mapping[str, Any]) -> Response | None:
        """The answer to a call; None where the package has to answer: for another revision, or a malformed message."""
        version = version_of(request)
        if version not in HANDSHAKE_PROTOCOL_VERSIONS or not check_accept_headers(request)[0]:
            return None
        try:
            call = JSONRPCRequest.model_validate(message, by_name=False)
        except ValueError:
            return None
        refused = await self.security.validate_request(request, is_post=True)
        return refused or Response(_written(call.id, await self._result(request, call, version)), media_type=JSON)

    async def _result(self, request: Request, call: JSONRPCRequest, version: str) -> dict[str, Any] | ErrorData:
        exchange = Exchange(call.id, ServerMessageMetadata(request_context=request, can_send_request=False))
        connection = Connection.from_envelope(version, None, None)
        try:
            return await serve_one(
                self.server, exchange, call.method, call.params, connection=connection, lifespan_state={}
            )
        except Exception as error:
            return modern_error_data(error)


def _written(pk: str | int, result: dict[str, Any] | ErrorData) -> bytes:
    if isinstance(result, ErrorData):
        told = {"error": result.model_dump(mode="json", by_alias=True, exclude_none=True)}
    else:
        told = {"result": result}
    return orjson.dumps({"jsonrpc": "2.0", "id": pk, **told})
