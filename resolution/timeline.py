"""The timeline of an incident, merged from all its records and its audit trail, with one statement for each type of
record.

The database filters entries before the page or outside the requested window; the rest is merged in Python. Incidents
have at most thousands of records: sorting them is cheaper than forty sorted and limited subqueries, one for each kind
of moment, which every reader of a short timeline would pay for.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from core.reading.pagination import Cursor, Page, bad_filter, read_size
from core.reading.query import refuse_unknown, refuse_unstorable
from core.text.times import read_moment
from resolution.timeline_entries import Entry
from resolution.timeline_sources import SOURCES
from resolution.timeline_trail import trailed, with_actors
from resolution.timeline_window import FILTERS, Window, read_window
from users.models import User

PAGING = ("cursor", "page_size")
ORDERING = "at"
# The number of entries completed with one statement in a full timeline.
BATCH = 500


def timeline_of(incident_id: int, viewer: Any) -> Iterator[Entry]:
    """Every timeline entry that the viewer may read, oldest first."""
    entries = iter(_entries(incident_id, viewer, Window()))
    while batch := list(islice(entries, BATCH)):
        yield from with_actors(batch)


def timeline_page(incident_id: int, viewer: Any, params: Mapping[str, str]) -> Page:
    """One page of an incident's timeline. Raises Refusal (400 invalid_filter)."""
    refuse_unknown(params, [*FILTERS, *PAGING])
    refuse_unstorable(params)
    size, cursor, window = read_size(params.get("page_size")), _read_cursor(params.get("cursor")), read_window(params)
    entries = _entries(incident_id, viewer, _narrowed(window, cursor))
    start, end = _span([entry.position for entry in entries], cursor, size)
    page = with_actors(entries[start:end])
    # The cursor's own entry is on its other side.
    later, earlier = end < len(entries) or _is_backwards(cursor), start > 0 or _is_forwards(cursor)
    return Page(
        _with_names(page, viewer),
        next=_cursor(page[-1], backwards=False) if page and later else None,
        previous=_cursor(page[0], backwards=True) if page and earlier else None,
    )


def _with_names(page: list[Entry], viewer: Any) -> list[dict[str, Any]]:
    """The entries with the names of those actors that the viewer may read, in one statement."""
    ids = {entry.actor_id for entry in page if entry.actor_id is not None}
    readable = User.objects.visible_to(viewer).filter(pk__in=ids).order_by() if ids else User.objects.none()
    names = dict(readable.values_list("pk", "name"))
    return [{**entry.shown(), "actor_name": names.get(entry.actor_id)} for entry in page]


def _entries(incident_id: int, viewer: Any, window: Window) -> list[Entry]:
    """The entries of a window, oldest first; the actor is still unknown where only the audit trail has it."""
    entries = [entry for source in SOURCES for entry in source.entries(incident_id, viewer, window)]
    return sorted([*entries, *trailed(incident_id, viewer, window)], key=lambda entry: entry.position)


CursorPosition = tuple[bool, Any]


def _is_backwards(cursor: CursorPosition | None) -> bool:
    return cursor is not None and cursor[0]


def _is_forwards(cursor: CursorPosition | None) -> bool:
    return cursor is not None and not cursor[0]


def _narrowed(window: Window, cursor: CursorPosition | None) -> Window:
    """The window without the entries on the other side of the cursor."""
    if cursor is None:
        return window
    backwards, position = cursor
    return window.up_to(position[0]) if backwards else window.from_(position[0])


def _span(positions: list[Any], cursor: CursorPosition | None, size: int) -> tuple[int, int]:
    """The start and end of a page among all positions."""
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


def _read_cursor(text: str | None) -> CursorPosition | None:
    """The direction and position of a cursor. Raises Refusal (400 invalid_filter)."""
    if not text:
        return None
    cursor = Cursor.decode(text)
    try:
        at, rank, reference_type, number = cursor.value
        position = (read_moment(at), int(rank), str(reference_type), cursor.pk, int(number))
    except (TypeError, ValueError):
        raise bad_filter("cursor", "This cursor is invalid; use the cursor of a page.") from None
    if cursor.ordering != ORDERING or position[0] is None:
        raise bad_filter("cursor", "This cursor belongs to another ordering.")
    return cursor.backwards, position
