"""Answers that hold more than a record."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation returns when its answer holds more than the record: one-time secrets, computed facts.

    `status` is the status of the response where it differs from that of the action's usual success.
    """

    record: Any
    extra: dict[str, Any]
    status: int | None = None
