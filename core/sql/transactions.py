"""A transaction whose outcome is known, or reported as unknown; a conflict with another one repeats it.

An error before the commit, or a rollback by the database at the commit, means that nothing was written. If the response
to the commit is lost (the connection broke, the server was stopped), the data may have been written, and must not be
reported as unwritten.

When the database resolves a deadlock or a serialisation failure, it rolls one of the transactions back, and nothing of
it remains. Where the transaction is whole it is repeated once, so that callers do not have to.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import InterfaceError, InternalError, OperationalError, transaction

from core.codes import Code
from core.errors import Item, Refusal
from core.sql.locking import StartOver, attempt

T = TypeVar("T")

log = logging.getLogger(__name__)

# PostgreSQL's codes of transactions that it rolled back because of a concurrent one.
CONFLICTS = {"40001": "serialisation failure", "40P01": "deadlock"}

# Prefixes of PostgreSQL's error codes with an unknown outcome: broken connections, a stopped server, and
# statement_completion_unknown. Every other code means that the transaction was rolled back.
INCONCLUSIVE_STATES = ("08", "57P", "40003")
# SQLite's names of errors before a commit starts to write; a failure while writing has an unknown outcome.
NOT_STARTED = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_READONLY")


class OutcomeUnknown(Refusal):
    """The database did not report whether it committed."""

    def __init__(self) -> None:
        detail = "The database did not confirm the commit. It is unknown whether the request was executed."
        super().__init__(
            Code.DATABASE_UNAVAILABLE,
            detail,
            rule="outcome_unknown",
            errors=[Item("outcome_unknown", detail)],
            next=(
                "With an Idempotency-Key, repeat the same request with the same key: it runs once. Without one, read "
                "the record that it would have created or changed before you repeat it."
            ),
            retry_after=1,
        )


def in_transaction(work: Callable[[], T]) -> T:
    """The result of `work`, done in one transaction. A conflict with another transaction repeats it once, from the
    beginning: `work` must leave nothing behind but in the database.

    Within another transaction, only the outer one is repeated. Raises OutcomeUnknown, and what `work` raises.
    """
    if transaction.get_connection().in_atomic_block:
        with atomic_or_unknown():
            return work()
    again: StartOver | None = None
    try:
        with attempt(may_start_over=True), atomic_or_unknown():
            return work()
    except StartOver as later:
        again = later
    except OperationalError as error:
        if (conflict := conflict_of(error)) is None:
            raise
        log.warning("transaction repeated after a %s", conflict)
    with atomic_or_unknown(), attempt(again):
        return work()


def conflict_of(error: BaseException) -> str | None:
    """The conflict with a concurrent transaction that a database error reports, if it does."""
    return CONFLICTS.get(getattr(error.__cause__, "sqlstate", None) or "")


@contextmanager
def atomic_or_unknown() -> Iterator[None]:
    """Run a block in one transaction. Raises OutcomeUnknown if the outcome of the commit is unknown.

    Within another transaction, only the outer commit counts. An internal error of the driver is an outcome, too: when a
    session ends during a commit, a pooler adds its own report to that of the server.
    """
    outermost = not transaction.get_connection().in_atomic_block
    committing = False
    try:
        with transaction.atomic():
            yield
            committing = outermost
    except (OperationalError, InterfaceError, InternalError) as error:
        if committing and not _undone(error):
            raise OutcomeUnknown from error
        raise


def _undone(error: Exception) -> bool:
    """Whether a failed commit was certainly rolled back."""
    sqlstate = getattr(error.__cause__, "sqlstate", None) or ""
    name = getattr(error.__cause__, "sqlite_errorname", None) or ""
    return bool(sqlstate and not sqlstate.startswith(INCONCLUSIVE_STATES)) or name.startswith(NOT_STARTED)
