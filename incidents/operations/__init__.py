"""What happens to incidents, and when it may: one file for each procedure."""

from incidents.operations import (
    analyses,
    classify,
    communications,
    create,
    escalations,
    notes,
    update,
    workarounds,
)

__all__ = [
    "analyses",
    "classify",
    "communications",
    "create",
    "escalations",
    "notes",
    "update",
    "workarounds",
]
