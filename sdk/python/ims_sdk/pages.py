"""Lists from the first page to the last, and the audit trail as it grows. Reads are repeated like writes."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar
from urllib.parse import parse_qs, urlsplit

from ims_client.models import Problem
from ims_client.types import Unset

from ims_sdk.retries import ATTEMPTS, Answer_co, Detailed, Wait, repeated

Record_co = TypeVar("Record_co", covariant=True)
Record = TypeVar("Record")
Answer = TypeVar("Answer")


class Page(Protocol[Record_co]):
    """What the pages of all collections have in common."""

    @property
    def next_(self) -> str | None: ...

    @property
    def results(self) -> Sequence[Record_co]: ...


class TrailPage(Page[Record_co], Protocol[Record_co]):
    """A page of the trail, of whole entries or of partial ones."""

    @property
    def after(self) -> str | Unset: ...

    @property
    def horizon(self) -> str | Unset: ...


@dataclass(frozen=True)
class Bare(Generic[Answer_co]):
    """What `sync` of an operation returns, without headers."""

    parsed: Answer_co
    headers: Mapping[str, str] = field(default_factory=dict)


def every(
    read: Callable[[str], Detailed[Page[Record] | Problem] | Page[Record] | Problem | None],
    *,
    attempts: int = ATTEMPTS,
    wait: Wait = time.sleep,
) -> Iterator[Record]:
    """The records of all pages, each page read when its first record is asked for.

        every(lambda cursor: incidents_list.sync(client=ims, status="open", cursor=cursor))

    A read that got no answer, 429 or 503 is repeated. `sync` knows no headers: what waits as Retry-After asks is
    `sync_detailed`.
    Arguments: what reads the page at a cursor, which is empty for the first; how often to send each read at most; what
    waits for some seconds. Raises Refused, or what the last attempt raised when there was no answer.
    """
    cursor: str | None = ""
    while cursor is not None:
        page = _read(read, cursor, attempts, wait)
        yield from page.results
        cursor = None if page.next_ is None else _cursor(page.next_)


def follow(
    read: Callable[[str], Detailed[TrailPage[Record] | Problem] | TrailPage[Record] | Problem | None],
    after: str = "0",
    *,
    attempts: int = ATTEMPTS,
    wait: Wait = time.sleep,
) -> Iterator[tuple[Sequence[Record], str]]:
    """The entries of the trail after a cursor, oldest first, page by page, each with the cursor to go on from.

        follow(lambda after: audit_entries_list.sync(client=ims, after=after), after=kept)

    It ends where the trail ended when the first page was read, so it comes to an end though each of its reads may be
    one more entry. Keep the last cursor, and follow again from there in a while.
    Arguments: what reads the page after a cursor, and where to begin; the others as for `every`.
    """
    page = _read(read, after, attempts, wait)
    end = _number(page.horizon)
    yield page.results, str(page.after)
    while page.results and _number(page.after) < end:
        page = _read(read, str(page.after), attempts, wait)
        yield page.results, str(page.after)


def _read(
    read: Callable[[str], Detailed[Answer | Problem] | Answer | Problem | None], at: str, attempts: int, wait: Wait
) -> Answer:
    """The page at a cursor, however the caller reads it."""

    def call() -> Detailed[Answer | Problem]:
        found = read(at)
        return found if isinstance(found, Detailed) else Bare(found)

    return repeated(call, attempts, wait)


def _number(cursor: str | Unset) -> int:
    """A cursor of the trail. Raises ValueError for a page that was read without `after`, or of another list."""
    if isinstance(cursor, Unset):
        raise ValueError("the page has no cursor of the trail; read it with `after`")
    return int(cursor)


def _cursor(address: str) -> str:
    """The cursor in the address of a page. Raises ValueError where there is none: the trail has another, `after`."""
    found = parse_qs(urlsplit(address).query).get("cursor")
    if found is None:
        raise ValueError(f"there is no cursor in {address}")
    return found[0]
