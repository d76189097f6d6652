"""The story's HTTP client: nothing but the standard library, as any integration could begin."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any
    headers: Any


class Client:
    """JSON over HTTP as one person, who is known by a token."""

    def __init__(self, base: str, token: str = "") -> None:
        self.base = base
        self.token = token

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """Send a request; refusals are replies like any other."""
        sent = {"Content-Type": "application/json", **{name.replace("_", "-"): text for name, text in headers.items()}}
        if self.token:
            sent["Authorization"] = f"Token {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, sent, method=method)  # noqa: S310 - our own server
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310
                return Reply(reply.status, json.loads(reply.read()), reply.headers)
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, json.loads(error.read()), error.headers)

    def log_in(self, email: str, password: str) -> "Client":
        reply = self.call("POST", "/auth/token/", {"email": email, "password": password, "name": "demonstration"})
        return Client(self.base, reply.body["token"])
