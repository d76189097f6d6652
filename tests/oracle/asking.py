"""Requests to the product over HTTP, made as cheaply as they can be made.

The answers are not held against their description here: every other test does so.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.test import override_settings
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
    """One client for all people, and the clock of the world that they live in."""

    def __init__(self, clock: Any) -> None:
        self.clock = clock
        self.client = APIClient(raise_request_exception=False)

    def send(self, method: str, path: str, token: str = "", body: Any = None, **headers: str) -> Answer:
        if token:
            headers["Authorization"] = f"Token {token}"
        payload = {} if body is None else {"data": body, "format": "json"}
        return Answer(getattr(self.client, method)(f"{BASE}{path}", headers=headers, **payload))


@contextmanager
def cheaply() -> Iterator[None]:
    """No limits by time, no log, no costly hashes: none of them answers a question of this comparison."""
    throttles, disabled = APIView.get_throttles, logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    APIView.get_throttles = lambda self: []
    try:
        with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
            yield
    finally:
        APIView.get_throttles = throttles
        logging.disable(disabled)
