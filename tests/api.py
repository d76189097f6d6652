"""A small API client for tests: real tokens, JSON bodies, and answers that are easy to assert on."""

from typing import Any

from django.db import connection
from django.dispatch import receiver
from django.test.signals import setting_changed
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient, ForceAuthClientHandler

from tests.contract import check_answer
from users.tokens import new_token

BASE = "/api/v1"
TRANSACTION_WORDS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")

# Building the middleware takes longer than many requests, so all clients share one handler.
_handlers = [ForceAuthClientHandler()]


@receiver(setting_changed, dispatch_uid="tests.api.forget_handler")
def _forget_handler(*, setting: str, **told: Any) -> None:
    """Middleware reads settings when it is built."""
    if setting != "PASSWORD_HASHERS":
        _handlers[:] = [ForceAuthClientHandler()]


class Api:
    """`api(user).post("/clients/", {...})`; `expect` asserts the status, and the code of a refusal."""

    def __init__(self, user: Any = None, **headers: str) -> None:
        self.user = user
        self.client = APIClient(raise_request_exception=False)
        self.client.handler = _handlers[0]
        self.headers = dict(headers)
        if user is not None:
            self.headers["Authorization"] = f"Token {new_token(user)[1]}"

    def get(self, path: str, **options: Any) -> Any:
        return self._send("get", path, None, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self._send("post", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Any:
        return self._send("patch", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Any:
        return self._send("put", path, body, **options)

    def delete(self, path: str, **options: Any) -> Any:
        return self._send("delete", path, None, **options)

    def _send(
        self,
        method: str,
        path: str,
        body: Any,
        *,
        expect: int | None = None,
        code: str | None = None,
        approval: int | None = None,
        **headers: str,
    ) -> Any:
        sent = {**self.headers, **headers}
        if approval is not None:
            sent["Approval-Id"] = str(approval)
        path = path if path.startswith(("/api/", "http")) else f"{BASE}{path}"
        payload = {} if body is None else {"data": body, "format": "json"}
        response = getattr(self.client, method)(path, headers=sent, **payload)
        check_answer(method, path, response)
        if code is not None:
            assert response.json()["code"] == code, response.content
        if expect is not None:
            assert response.status_code == expect, response.content
        return response


def codes(response: Any) -> set[str]:
    """The codes of a refusal's items."""
    return {item["code"] for item in response.json()["errors"]}


def fields(response: Any) -> set[str]:
    """The fields that a refusal's items name."""
    return {item["field"] for item in response.json()["errors"] if "field" in item}


def statements(queries: CaptureQueriesContext) -> list[str]:
    """The captured statements that count: transaction control is left out."""
    return [query["sql"] for query in queries if not query["sql"].upper().startswith(TRANSACTION_WORDS)]


def capture() -> CaptureQueriesContext:
    return CaptureQueriesContext(connection)
