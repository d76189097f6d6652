"""The disclosed part of an entry: contacts read their own acts, without fields that they may not read on the record."""

from typing import Any

from core.operations.entities import models_by_type


def changes_for(viewer: Any, reference_type: str, changes: dict[str, Any]) -> dict[str, Any]:
    """The changes of an entry as its reader may see them."""
    undisclosed: frozenset[str] = getattr(models_by_type().get(reference_type), "undisclosed", frozenset())
    if viewer.is_internal or undisclosed.isdisjoint(changes):
        return changes
    return {name: change for name, change in changes.items() if name not in undisclosed}
