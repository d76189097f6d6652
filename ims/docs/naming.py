"""Where a body names an operation, the description lists those that it may name."""

from collections.abc import Callable
from typing import Any

from core.operations.registry import EntryPoint, Operation, registry

# Bodies that name an operation, and which ones may be named there.
OPERATIONS: dict[str, Callable[[Operation], bool]] = {
    "ApprovalRequest": lambda each: each.elevated is not None,
    "CheckRequest": lambda each: each.entry_point is EntryPoint.REST,
    "HandoffRequest": lambda each: each.entry_point is EntryPoint.REST,
}


def name_operations(result: Any, generator: Any, **options: Any) -> Any:
    """A hook of the generator: where a body names an operation, the description lists them."""
    for shape, fits in OPERATIONS.items():
        names = sorted(each.name for each in registry if fits(each))
        result["components"]["schemas"][shape]["properties"]["operation"]["enum"] = names
    return result
