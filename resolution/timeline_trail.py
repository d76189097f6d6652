"""What only the audit trail tells of an incident's life: moves that leave no record of their own, and who acknowledged.

An imported incident has no such entries; its account then rests on its records alone.
"""

from collections.abc import Iterator
from typing import Any

from audit.choices import Origin
from audit.models import AuditEntry
from incidents.choices import IncidentStatus
from incidents.models import Incident
from resolution.choices import TimelineKind as Kind
from resolution.timeline_entries import Entry

# Changed column → the kind of entry it makes.
TRAILED = {"status": Kind.STATUS_CHANGED, "severity": Kind.SEVERITY_CHANGED}
# Moves that a record tells of: resolved, closed and reopened have kinds of their own.
TOLD = frozenset({IncidentStatus.RESOLVED, IncidentStatus.CLOSED})
ACKNOWLEDGEMENT = "acknowledged_at"
KINDS = frozenset({*TRAILED.values(), Kind.ACKNOWLEDGED})


class Trail:
    """The incident's own entries of the audit trail, read in one statement."""

    def __init__(self, incident_id: int) -> None:
        entries = AuditEntry.objects.filter(reference_type=Incident.entity_type, reference_id=incident_id)
        entries = entries.filter(origin=Origin.SYSTEM).order_by("id")
        self.rows = list(entries.values("id", "created_at", "user_id", "reference_id", "changes"))

    @property
    def acknowledged_by(self) -> int | None:
        """Who acknowledged the incident, as far as the trail knows."""
        return next((row["user_id"] for row in self.rows if ACKNOWLEDGEMENT in row["changes"]), None)

    def entries(self) -> Iterator[Entry]:
        for row in self.rows:
            for column, kind in TRAILED.items():
                change = row["changes"].get(column)
                if isinstance(change, dict) and _happened(column, change):
                    yield _entry(row, kind, column, change)


def _happened(column: str, change: dict[str, Any]) -> bool:
    """Whether the change is one that no record tells of: not the first value, and no resolution, closing, reopening."""
    if change.get("old") is None:
        return False
    return column != "status" or not TOLD & {change.get("old"), change.get("new")}


def _entry(row: dict[str, Any], kind: Kind, column: str, change: dict[str, Any]) -> Entry:
    summary = f"{column.capitalize()}: {change['old']} → {change.get('new')}"
    return Entry(row["created_at"], kind, summary, row["user_id"], Incident.entity_type, row["reference_id"], row["id"])
