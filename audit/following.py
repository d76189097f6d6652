"""Following the trail: entries after a cursor, in an order that never skips one which commits late."""

from collections.abc import Mapping
from typing import Any

from audit.settling import settled_up_to
from core.collections import Collection
from core.inputs import BIGGEST_ID
from core.pagination import bad_filter, read_size

# Seconds to wait for transactions under way; then nothing is answered, and the follower asks again.
PATIENCE = 1.0


def follow(collection: Collection, user: Any, params: Mapping[str, str]) -> tuple[list[dict[str, Any]], str]:
    """One page of settled entries after the cursor `after`, oldest first, and the cursor of the next page.

    A follower begins with 0 and asks again with the last cursor, also after an empty page. Raises Refusal (400).
    """
    after = _cursor(params["after"])
    filters = {name: value for name, value in params.items() if name not in ("after", "page_size")}
    if clash := {"cursor", "ordering"} & set(filters):
        raise bad_filter(sorted(clash)[0], "This cannot be combined with after.")
    found = collection.filtered(user, filters)
    size = read_size(params.get("page_size"))
    horizon = settled_up_to(PATIENCE)
    if horizon is None or horizon <= after:
        return [], str(after)
    page = found.filter(id__gt=after, id__lte=horizon).order_by("id").values(*collection.output.columns())
    rows = list(page[:size])
    cursor = rows[-1]["id"] if len(rows) == size else horizon
    return collection.output.represent(rows, user), str(cursor)


def _cursor(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > len(str(BIGGEST_ID)) or int(text) > BIGGEST_ID:
        raise bad_filter("after", "This must be 0 or the cursor of an earlier page.")
    return int(text)
