"""Responses that contain more than a record."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of an operation whose response contains more than the record: one-time secrets, computed values.

    `status` is the HTTP status, if it differs from the default of the action.
    """

    record: Any
    extra: dict[str, Any]
    status: int | None = None
