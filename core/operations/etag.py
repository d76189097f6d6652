"""Entity tags from the version column: optimistic concurrency for every single resource."""

from typing import Any

from django.utils.http import parse_etags

from core.codes import Code
from core.errors import Item, Refusal

NO_STRONG_TAG = " What was sent holds no strong tag in quotes, so it can never hold."


def etag_of(version: int) -> str:
    return f'"{version}"'


def check_version(record: Any, if_match: str | None) -> None:
    """Refuse (412 stale_version) when If-Match is given and does not name the record's version.

    Weak tags never do, and neither does an empty header: a client that lost its ETag must not overwrite unseen.
    """
    if if_match is None or record is None:
        return
    tags = parse_etags(if_match)
    current = etag_of(record.version)
    if "*" in tags or current in tags:
        return
    item = Item("stale_version", f"The current ETag is {current}.", facts={"etag": current})
    strong = any(not tag.startswith("W/") for tag in tags)
    raise Refusal(
        Code.STALE_VERSION,
        f"If-Match does not hold: the record's ETag is {current}." + ("" if strong else NO_STRONG_TAG),
        rule="optimistic_concurrency",
        errors=[item],
        next="" if strong else "Send the ETag as it was given, in quotes; if a proxy made it weak, without its W/.",
    )
