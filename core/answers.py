"""Answers that hold more than a record."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation returns when its answer holds more than the record: one-time secrets, computed facts."""

    record: Any
    extra: dict[str, Any]
