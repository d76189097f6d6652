"""Enumerates the operations that a body may name in the OpenAPI description."""

from collections.abc import Callable
from typing import Any

from core.operations.registry import EntryPoint, Operation, registry

# Bodies that name an operation, and the operations allowed in each.
OPERATIONS: dict[str, Callable[[Operation], bool]] = {
    "ApprovalRequest": lambda each: each.elevated is not None,
    "CheckRequest": lambda each: each.entry_point is EntryPoint.REST,
    "HandoffRequest": lambda each: each.entry_point is EntryPoint.REST,
}


def name_operations(result: Any, generator: Any, **options: Any) -> Any:
    """A generator hook: enumerates the operations that a body may name."""
    for shape, fits in OPERATIONS.items():
        names = sorted(each.name for each in registry if fits(each))
        result["components"]["schemas"][shape]["properties"]["operation"]["enum"] = names
    return result
