"""Row locks, in one order for all operations, so that no two of them wait for each other.

1. The operation's target, or the record that its `locked_by` names; the dispatcher locks it first.
2. What the write affects besides, in this order: subscription, article, rollback, change, escalation, incident, report.
   Several records of one type: by ascending id.
3. The terms of a client (clients.terms).
4. The approval that the request consumes.

A lock is FOR NO KEY UPDATE: a new row that refers to a locked record does not wait, because ids never change.
An operation that learns only later of a record that comes before its target raises StartOver; the transaction is rolled
back and repeated with these records locked first (core.sql.transactions).
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


class StartOver(Exception):  # noqa: N818 - a request, not an error
    """These records of one model must be locked before those that the transaction has locked."""

    def __init__(self, model: Any, ids: Collection[int]) -> None:
        super().__init__(f"{model.__name__} {sorted(ids)} must be locked first")
        self.model, self.ids = model, frozenset(ids)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a transaction: whether it may start over, and the records that it locked before all others."""

    may_start_over: bool = False
    ahead: frozenset[tuple[Any, int]] = field(default_factory=frozenset)


NONE = Attempt()
_attempt: ContextVar[Attempt] = ContextVar("ims_attempt", default=NONE)


@contextmanager
def attempt(again: StartOver | None = None, *, may_start_over: bool = False) -> Iterator[None]:
    """Run a block as one attempt at a transaction. Within it, `again` locks the records of the attempt before."""
    ahead = frozenset((again.model, pk) for pk in again.ids) if again is not None else frozenset()
    token = _attempt.set(Attempt(may_start_over, ahead))
    try:
        if again is not None:
            lock_all(again.model.objects.all(), again.ids)
        yield
    finally:
        _attempt.reset(token)


def locking(queryset: Any) -> Any:
    """The queryset, whose rows are locked when they are read; rows joined by a scope are not."""
    return queryset.select_for_update(of=("self",), no_key=True)


def lock_all(queryset: Any, ids: Collection[int]) -> list[Any]:
    """The records with these ids, locked by ascending id."""
    return list(locking(queryset.filter(pk__in=ids).order_by("pk")))


def require_order(model: Any, held: int, ids: Collection[int]) -> None:
    """Raise StartOver if one of these records comes before the held one of the same model and is not locked yet.

    Within another transaction the operation cannot be repeated: it locks the records as they come.
    """
    now = _attempt.get()
    if now.may_start_over and any(pk < held and (model, pk) not in now.ahead for pk in ids):
        raise StartOver(model, {held, *ids})
