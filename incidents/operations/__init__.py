"""Operations on incidents: one file for each procedure."""

from incidents.operations import (
    analyses,
    classify,
    communications,
    correlation_rules,
    create,
    escalations,
    events,
    notes,
    pauses,
    restamp,
    update,
    workarounds,
)

__all__ = [
    "analyses",
    "classify",
    "communications",
    "correlation_rules",
    "create",
    "escalations",
    "events",
    "notes",
    "pauses",
    "restamp",
    "update",
    "workarounds",
]
