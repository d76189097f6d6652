"""Entity tags from the version column: optimistic concurrency for every resource."""

from typing import Any

from django.utils.http import parse_etags

from core.codes import Code
from core.errors import Item, Refusal

NO_STRONG_TAG = " The header contains no strong tag in quotes, so it never matches."


def etag_of(version: int) -> str:
    return f'"{version}"'


def check_version(record: Any, if_match: str | None) -> None:
    """Refuse (412 stale_version) when If-Match is present and does not match the record's version.

    Weak tags and an empty header never match: a client that lost its ETag must not overwrite unseen changes.
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
        f"If-Match does not match: the record's ETag is {current}." + ("" if strong else NO_STRONG_TAG),
        rule="optimistic_concurrency",
        errors=[item],
        next=""
        if strong
        else "Send the ETag exactly as received, in quotes; if a proxy weakened it, remove the W/ prefix.",
    )
