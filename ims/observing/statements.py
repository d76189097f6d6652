"""Counts the database statements of a request."""

from collections.abc import Callable
from typing import Any

# Transaction control statements are not counted; their number differs between the databases.
TRANSACTION_WORDS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


class Statements:
    """A wrapper for `connection.execute_wrapper` that counts."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not str(sql).startswith(TRANSACTION_WORDS):
            self.count += 1
        return execute(sql, params, many, context)
