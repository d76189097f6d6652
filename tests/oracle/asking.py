"""Requests to the product over HTTP, made as cheaply as they can be made.

The answers are not held against their description here: every other test does so.
"""

import logging
from typing import Any

from django.conf import settings
from rest_framework.test import APIClient
from rest_framework.views import APIView

BASE = "/api/v1"


class Answer:
    """The status, and the document where there is one."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.text: str = response.content.decode()
        self.document: Any = response.json() if self.text else {}

    @property
    def code(self) -> str:
        return "" if self.status < 400 else str(self.document.get("code"))


class Line:
    """One client for all people."""

    def __init__(self) -> None:
        self.client = APIClient(raise_request_exception=False)

    def send(self, method: str, path: str, token: str = "", body: Any = None, **headers: str) -> Answer:
        if token:
            headers["Authorization"] = f"Token {token}"
        payload = {} if body is None else {"data": body, "format": "json"}
        return Answer(getattr(self.client, method)(f"{BASE}{path}", headers=headers, **payload))


def without_what_costs() -> None:
    """No limits by time, no log, no costly hashes: none of them answers a question of this comparison."""
    logging.disable(logging.CRITICAL)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    APIView.get_throttles = lambda self: []
