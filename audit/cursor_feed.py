"""The cursor feed of the trail: entries after a cursor, in an order that never skips one that commits late.

Nearly all entries are discoveries. They are excluded unless requested by `include_discovery=true`, or by a filter on
`origin` or `action`, which then decides alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.commit_horizon import commit_horizon
from core.operations.fields import MAX_ID
from core.reading.collections import Collection
from core.reading.pagination import bad_filter, read_size

INCLUDE = "include_discovery"
# Filters that already select the kind of entries.
TELLING = ("origin", "origin__in", "action", "action__in")
# Seconds to wait for open transactions; then the page is empty, and the client asks again.
PATIENCE = 1.0


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Entries, the cursor of the next page, and the cursor at which the trail ended when they were read."""

    rows: list[dict[str, Any]]
    after: str
    horizon: str


def follow(collection: Collection, user: Any, params: Mapping[str, str]) -> FeedPage:
    """One page of stable entries after the cursor `after`, oldest first.

    A client starts with 0 and continues with the last cursor, even after an empty page. Raises Refusal (400).
    """
    after = _cursor(params["after"])
    filters = {name: value for name, value in params.items() if name not in ("after", "page_size", INCLUDE)}
    if clash := {"cursor", "ordering"} & set(filters):
        raise bad_filter(sorted(clash)[0], "This cannot be combined with after.")
    found = collection.filtered(user, filters)
    selection = collection.selection(collection.output, user, filters)
    if not _discovery_included(params):
        found = found.filter(sequence__isnull=False)  # only chained entries, which have their own index
    size = read_size(params.get("page_size"))
    horizon = commit_horizon(PATIENCE)
    if horizon is None or horizon <= after:
        return FeedPage([], str(after), str(after))
    page = found.filter(id__gt=after, id__lte=horizon).order_by("id").values(*selection.columns)
    rows = list(page[:size])
    cursor = rows[-1]["id"] if len(rows) == size else horizon
    return FeedPage(selection.represent(rows), str(cursor), str(horizon))


def _discovery_included(params: Mapping[str, str]) -> bool:
    said = params.get(INCLUDE, "false")
    if said not in ("true", "false"):
        raise bad_filter(INCLUDE, "This must be true or false.")
    return said == "true" or any(name in params for name in TELLING)


def _cursor(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > len(str(MAX_ID)) or int(text) > MAX_ID:
        raise bad_filter("after", "This must be 0 or the cursor of an earlier page.")
    return int(text)
