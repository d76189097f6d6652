"""Requests to the API in this process: the same middleware, views and dispatcher as over HTTP, without a socket."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import orjson
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import close_old_connections, connection

from core.context import context
from core.http.routes import API_PREFIX
from core.json import dumps

CLIENT_ERROR = 400
# The arguments of a tool that are sent as headers, and the headers.
HEADERS = {"idempotency_key": "Idempotency-Key", "approval_id": "Approval-Id", "if_match": "If-Match"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the secret of the token, the address, and the URL under which the API is reached."""

    secret: str
    address: str = "127.0.0.1"
    origin: str = ""


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One request: method, path below the API's prefix, query, JSON body, and headers by name."""

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ApiResponse:
    status: int
    document: Any
    headers: Mapping[str, str]

    @property
    def refused(self) -> bool:
        return self.status >= CLIENT_ERROR


def send(caller: Caller, request: ApiRequest, tool_call: str = "") -> ApiResponse:
    """Execute a request. `tool_call` names the tool in the audit entries of everything that it writes or reads."""
    _close_old_connections()
    try:
        with context(tool_call=tool_call):
            response: Any = _handler().get_response(WSGIRequest(_environ(caller, request)))
            content: bytes = response.getvalue()
    finally:
        _close_old_connections()
    is_json = "json" in response.get("Content-Type", "")
    document = orjson.loads(content) if is_json and content else content.decode("utf-8", "replace")
    return ApiResponse(response.status_code, document, dict(response.items()))


def _close_old_connections() -> None:
    """As a server does around each request; not within a transaction, to which the connection belongs."""
    if not connection.in_atomic_block:
        close_old_connections()


@cache
def _handler() -> WSGIHandler:
    return WSGIHandler()


def _environ(caller: Caller, request: ApiRequest) -> dict[str, Any]:
    body = b"" if request.body is None else dumps(request.body)
    named = {name.upper().replace("-", "_"): value for name, value in request.headers.items()}
    return {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": f"/{API_PREFIX}{request.path.removeprefix('/')}",
        "QUERY_STRING": urlencode({name: _text(value) for name, value in request.query.items()}),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "443" if settings.SECURE_SSL_REDIRECT else "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": caller.address,
        "CONTENT_TYPE": "application/json" if request.body is not None else "",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_ACCEPT": "application/json",
        **({"HTTP_AUTHORIZATION": f"Bearer {caller.secret}"} if caller.secret else {}),
        **{f"HTTP_{name}": str(value) for name, value in named.items()},
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https" if settings.SECURE_SSL_REDIRECT else "http",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def _text(value: Any) -> str:
    """A query value: JSON's true and null are spelled as the API spells them."""
    return value if isinstance(value, str) else dumps(value).decode()
