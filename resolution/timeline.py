"""One ordered account of an incident's life, from all its records and its audit trail, at a bounded number of
statements: one for each type of record, whatever their number.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.forms import ValidationError
from django.utils.timezone import is_aware

from core.collections import refuse_unknown, refuse_unstorable
from core.filters import TimeField
from core.pagination import Cursor, Page, bad_filter, read_size
from resolution.choices import TimelineKind as Kind
from resolution.timeline_entries import SOURCES, Entry
from resolution.timeline_trail import KINDS as TRAIL_KINDS
from resolution.timeline_trail import Trail

FILTERS = ("kind", "kind__in", "at__gte", "at__lte")
PAGING = ("cursor", "page_size")
ORDERING = "at"
EVERYTHING = frozenset(Kind)


@dataclass(frozen=True, slots=True)
class Window:
    """Which entries are asked for: their kinds, and the first and last moment, both included."""

    kinds: frozenset[Kind] = EVERYTHING
    since: datetime | None = None
    until: datetime | None = None

    def holds(self, entry: Entry) -> bool:
        early = self.since is not None and entry.at < self.since
        late = self.until is not None and entry.at > self.until
        return entry.kind in self.kinds and not early and not late


def timeline_of(incident_id: int, viewer: Any, window: Window = Window()) -> list[Entry]:
    """Everything that the viewer may read of an incident's life, oldest first."""
    entries = [entry for source in SOURCES for entry in source.entries(incident_id, viewer, window.kinds)]
    if window.kinds & TRAIL_KINDS:
        trail = Trail(incident_id)
        entries = [_acknowledged(entry, trail) for entry in entries] + list(trail.entries())
    return sorted((entry for entry in entries if window.holds(entry)), key=lambda entry: entry.position)


def timeline_page(incident_id: int, viewer: Any, params: Mapping[str, str]) -> Page:
    """One page of an incident's account. Raises Refusal (400 invalid_filter)."""
    refuse_unknown(params, [*FILTERS, *PAGING])
    refuse_unstorable(params)
    size, cursor = read_size(params.get("page_size")), _read_cursor(params.get("cursor"))
    entries = timeline_of(incident_id, viewer, read_window(params))
    start, end = _span([entry.position for entry in entries], cursor, size)
    page = entries[start:end]
    return Page(
        [entry.shown() for entry in page],
        next=_cursor(page[-1], backwards=False) if page and end < len(entries) else None,
        previous=_cursor(page[0], backwards=True) if page and start > 0 else None,
    )


def read_window(params: Mapping[str, str]) -> Window:
    """The window that the query parameters ask for. Raises Refusal (400 invalid_filter)."""
    kinds = EVERYTHING
    if "kind" in params:
        kinds &= _kinds("kind", [params["kind"]])
    if "kind__in" in params:
        kinds &= _kinds("kind__in", params["kind__in"].split(","))
    return Window(kinds, _moment("at__gte", params), _moment("at__lte", params))


def _kinds(name: str, given: list[str]) -> frozenset[Kind]:
    unknown = sorted(set(given) - set(Kind.values))
    if unknown:
        raise bad_filter(name, f"These are no kinds: {', '.join(unknown)}. Known are {', '.join(Kind.values)}.")
    return frozenset(map(Kind, given))


def _moment(name: str, params: Mapping[str, str]) -> datetime | None:
    try:
        moment: datetime | None = TimeField(required=False).clean(params.get(name))
    except ValidationError as error:
        raise bad_filter(name, " ".join(error.messages)) from None
    return moment


def _acknowledged(entry: Entry, trail: Trail) -> Entry:
    return replace(entry, actor_id=trail.acknowledged_by) if entry.kind == Kind.ACKNOWLEDGED else entry


def _span(positions: list[Any], cursor: tuple[bool, Any] | None, size: int) -> tuple[int, int]:
    """Where a page begins and ends among all positions."""
    if cursor is None:
        return 0, size
    backwards, position = cursor
    if backwards:
        end = bisect_left(positions, position)
        return max(0, end - size), end
    start = bisect_right(positions, position)
    return start, start + size


def _cursor(entry: Entry, *, backwards: bool) -> str:
    at, rank, reference_type, reference_id, number = entry.position
    return Cursor(ORDERING, backwards, [at.isoformat(), rank, reference_type, number], reference_id).encode()


def _read_cursor(text: str | None) -> tuple[bool, Any] | None:
    """Whether a cursor reads backwards, and the position that it names. Raises Refusal (400 invalid_filter)."""
    if not text:
        return None
    cursor = Cursor.decode(text)
    try:
        at, rank, reference_type, number = cursor.value
        position = (datetime.fromisoformat(at), int(rank), str(reference_type), cursor.pk, int(number))
    except (TypeError, ValueError):
        raise bad_filter("cursor", "This cursor is not one that a page has given.") from None
    if cursor.ordering != ORDERING or not is_aware(position[0]):
        raise bad_filter("cursor", "This cursor belongs to another ordering.")
    return cursor.backwards, position
