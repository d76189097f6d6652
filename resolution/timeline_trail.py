"""Timeline entries from the audit trail: transitions without a time column, and actors.

Imported records have no such entries; their timeline consists of the records alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet

from audit.choices import Origin
from audit.models import AuditEntry
from incidents.choices import IncidentStatus
from incidents.models import Incident
from resolution.choices import TimelineKind as Kind
from resolution.timeline_entries import Entry
from resolution.timeline_sources import SOURCES
from resolution.timeline_window import Window

Row = dict[str, Any]
# Changed column of the incident → the kind of its entry.
TRAILED = {"status": Kind.STATUS_CHANGED, "severity": Kind.SEVERITY_CHANGED}
# Transitions with their own records: resolved, closed and reopened have separate kinds.
TOLD = frozenset({IncidentStatus.RESOLVED, IncidentStatus.CLOSED})
COLUMNS = ("id", "created_at", "user_id", "reference_type", "reference_id", "changes")


def trailed(incident_id: int, viewer: Any, window: Window) -> Iterator[Entry]:
    """The transitions of an incident and its records in a window, in one statement, or in none if not requested."""
    branches = _branches(incident_id, viewer, window.kinds)
    if not branches:
        return
    written = [branch.filter(window.over("created_at")).order_by().values(*COLUMNS) for branch in branches]
    for row in written[0].union(*written[1:], all=True):
        own = row["reference_type"] == Incident.entity_type
        yield from (entry for entry in (_of_incident(row) if own else _of_record(row)) if entry.kind in window.kinds)


def with_actors(entries: Iterable[Entry]) -> list[Entry]:
    """The same entries, with actors from the audit trail; one statement for a page."""
    entries = list(entries)
    named: dict[str, set[int]] = {}
    for entry in entries:
        if entry.actor_column:
            named.setdefault(entry.reference_type, set()).add(entry.reference_id)
    actors = _actors(named) if named else {}
    return [_acted(entry, actors) for entry in entries]


def _branches(incident_id: int, viewer: Any, kinds: frozenset[Kind]) -> list[QuerySet[Any]]:
    """The audit entries of the incident and of each type of record, all read through the trail's index."""
    found = []
    columns = [column for column, kind in TRAILED.items() if kind in kinds]
    if columns:
        found.append(_written(Incident).filter(reference_id=incident_id, changes__has_any_keys=columns))
    if Kind.RECORD_MOVED in kinds:
        for source in (each for each in SOURCES if each.trailed):
            records = source.records(incident_id, viewer).values("pk")
            moved = {"changes__status__new__in": sorted(source.trailed), "changes__status__has_key": "old"}
            found.append(_written(source.model).filter(reference_id__in=records, **moved))
    return found


def _written(model: Any) -> QuerySet[Any]:
    """The system's own entries about the records of a model."""
    return AuditEntry.objects.filter(reference_type=model.entity_type, origin=Origin.SYSTEM)


def _of_incident(row: Row) -> Iterator[Entry]:
    for column, kind in TRAILED.items():
        change = row["changes"].get(column)
        if isinstance(change, dict) and _happened(column, change):
            yield _entry(row, kind, f"{column.capitalize()}: {change['old']} → {change.get('new')}")


def _of_record(row: Row) -> Iterator[Entry]:
    name, change = row["reference_type"].replace("_", " ").capitalize(), row["changes"]["status"]
    yield _entry(row, Kind.RECORD_MOVED, f"{name} {row['reference_id']}: {change['old']} → {change['new']}")


def _happened(column: str, change: dict[str, Any]) -> bool:
    """Whether only the trail records the change: neither the first value, nor a resolution, closing or reopening."""
    if change.get("old") is None:
        return False
    return column != "status" or not TOLD & {change.get("old"), change.get("new")}


def _entry(row: Row, kind: Kind, summary: str) -> Entry:
    return Entry(
        row["created_at"], kind, summary, row["user_id"], row["reference_type"], row["reference_id"], row["id"]
    )


def _actors(named: dict[str, set[int]]) -> dict[tuple[str, int, str], int]:
    """The last user who changed each column of these records: type → ids."""
    asked = Q(pk__in=())
    for reference_type, ids in named.items():
        asked |= Q(reference_type=reference_type, reference_id__in=ids)
    written = AuditEntry.objects.filter(asked, origin=Origin.SYSTEM).order_by("id")
    rows = written.values_list("reference_type", "reference_id", "user_id", "changes")
    return {(kind, pk, column): user for kind, pk, user, changes in rows for column in changes}


def _acted(entry: Entry, actors: dict[tuple[str, int, str], int]) -> Entry:
    key = (entry.reference_type, entry.reference_id, entry.actor_column)
    return replace(entry, actor_id=actors.get(key)) if entry.actor_column else entry
