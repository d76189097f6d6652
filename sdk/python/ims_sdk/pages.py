"""Pagination of lists, and following the audit trail. Failed reads are retried like writes."""

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
    """The common members of the pages of all collections."""

    @property
    def next_(self) -> str | None: ...

    @property
    def results(self) -> Sequence[Record_co]: ...


class TrailPage(Page[Record_co], Protocol[Record_co]):
    """A page of the trail, of full or partial entries."""

    @property
    def after(self) -> str | Unset: ...

    @property
    def horizon(self) -> str | Unset: ...


@dataclass(frozen=True)
class Bare(Generic[Answer_co]):
    """The result of an operation's `sync`, without headers."""

    parsed: Answer_co
    headers: Mapping[str, str] = field(default_factory=dict)


def every(
    read: Callable[[str], Detailed[Page[Record] | Problem] | Page[Record] | Problem | None],
    *,
    attempts: int = ATTEMPTS,
    wait: Wait = time.sleep,
) -> Iterator[Record]:
    """The records of all pages; each page is read when its first record is needed.

        every(lambda cursor: incidents_list.sync(client=ims, status="open", cursor=cursor))

    A read without a response, or with 429 or 503, is retried. Only `sync_detailed` has headers and so respects
    Retry-After. Arguments: a function that reads the page at a cursor (empty for the first); the maximum number of
    attempts for each read; a function that waits for a number of seconds. Raises Refused, or the exception of the last
    attempt.
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
    """The entries of the trail after a cursor, oldest first, page by page, each with the cursor to continue from.

        follow(lambda after: audit_entries_list.sync(client=ims, after=after), after=kept)

    It stops at the end that the trail had when the first page was read, although its own reads may add entries. Store
    the last cursor, and follow again from there later. Arguments: a function that reads the page after a cursor, and
    the cursor to start from; the others as for `every`.
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
    """The page at a cursor, from `sync` or `sync_detailed`."""

    def call() -> Detailed[Answer | Problem]:
        found = read(at)
        return found if isinstance(found, Detailed) else Bare(found)

    return repeated(call, attempts, wait)


def _number(cursor: str | Unset) -> int:
    """A cursor of the trail. Raises ValueError for a page read without `after`, or of another list."""
    if isinstance(cursor, Unset):
        raise ValueError("the page has no trail cursor; read it with `after`")
    return int(cursor)


def _cursor(address: str) -> str:
    """The cursor in a page's URL. Raises ValueError if there is none: the trail uses `after` instead."""
    found = parse_qs(urlsplit(address).query).get("cursor")
    if found is None:
        raise ValueError(f"there is no cursor in {address}")
    return found[0]
