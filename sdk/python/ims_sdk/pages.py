"""Lists from the first page to the last, and the audit trail as it grows."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar
from urllib.parse import parse_qs, urlsplit

from ims_client.models import AuditEntryRead, Problem, TrailPage

from ims_sdk.answers import answer

Record_co = TypeVar("Record_co", covariant=True)
Record = TypeVar("Record")


class Page(Protocol[Record_co]):
    """What the pages of all collections have in common."""

    @property
    def next_(self) -> str | None: ...

    @property
    def results(self) -> Sequence[Record_co]: ...


def every(read: Callable[[str], Page[Record] | Problem | None]) -> Iterator[Record]:
    """The records of all pages, each page read when its first record is asked for.

        every(lambda cursor: incidents_list.sync(client=ims, status="open", cursor=cursor))

    Arguments: what reads the page at a cursor, which is empty for the first. Raises Refused.
    """
    page = answer(read(""))
    yield from page.results
    while page.next_ is not None:
        page = answer(read(_cursor(page.next_)))
        yield from page.results


def follow(
    read: Callable[[str], TrailPage | Problem | None], after: str = "0"
) -> Iterator[tuple[list[AuditEntryRead], str]]:
    """The entries of the trail after a cursor, oldest first, page by page, each with the cursor to go on from.

        follow(lambda after: audit_entries_list.sync(client=ims, after=after), after=kept)

    It ends with an empty page: keep the last cursor, and follow again from there in a while.
    Arguments: what reads the page after a cursor, and where to begin. Raises Refused.
    """
    while True:
        page = answer(read(after))
        after = str(page.after)
        yield page.results, after
        if not page.results:
            return


def _cursor(address: str) -> str:
    """The cursor in the address of a page. Raises ValueError where there is none: the trail has another, `after`."""
    found = parse_qs(urlsplit(address).query).get("cursor")
    if found is None:
        raise ValueError(f"there is no cursor in {address}")
    return found[0]
