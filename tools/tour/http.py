"""HTTP with the standard library only, as a minimal integration."""

import json
import urllib.error
import urllib.request
from typing import Any

from tools.tour.player import Reply, Request, Send

TIMEOUT_SECONDS = 30


class Client:
    """An HTTP client for one person's token."""

    def __init__(self, base: str, token: str = "") -> None:
        self.base = base
        self.token = token

    def call(self, method: str, path: str, body: Any = None, *, raw: str | None = None, **headers: str) -> Reply:
        """Send a request with a JSON body, or with `raw` unchanged. Refusals are returned like other replies."""
        sent = {"Content-Type": "application/json", **{name.replace("_", "-"): text for name, text in headers.items()}}
        if self.token:
            sent["Authorization"] = f"Token {self.token}"
        text = json.dumps(body) if raw is None and body is not None else raw
        data = text.encode() if text is not None else None
        request = urllib.request.Request(self.base + path, data, sent, method=method)  # noqa: S310 - our own server
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                return _reply(answer.status, answer)
        except urllib.error.HTTPError as error:
            with error:
                return _reply(error.code, error)

    def log_in(self, email: str, password: str) -> "Client":
        """A client for a person who logs in with a password."""
        reply = self.call("POST", "/auth/token/", {"email": email, "password": password, "name": "demonstration"})
        return Client(self.base, reply.body["token"])


def sender(base: str) -> Send:
    """A function that sends the tour's requests to a server."""

    def send(request: Request) -> Reply:
        return Client(base).call(request.method, request.path, request.body, raw=request.raw, **request.headers)

    return send


def _reply(status: int, answer: Any) -> Reply:
    content = answer.read()
    is_json = "json" in (answer.headers["Content-Type"] or "")
    return Reply(status, answer.headers, json.loads(content) if is_json else content.decode(errors="replace"))
