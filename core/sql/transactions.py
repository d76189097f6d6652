"""A transaction whose outcome is known, or reported as unknown.

An error before the commit, or a rollback by the database at the commit, means that nothing was written. If the response
to the commit is lost (the connection broke, the server was stopped), the data may have been written, and must not be
reported as unwritten.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, transaction

from core.codes import Code
from core.errors import Item, Refusal

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


@contextmanager
def atomic_or_unknown() -> Iterator[None]:
    """Run a block in one transaction. Raises OutcomeUnknown if the outcome of the commit is unknown.

    Within another transaction, only the outer commit counts.
    """
    outermost = not transaction.get_connection().in_atomic_block
    committing = False
    try:
        with transaction.atomic():
            yield
            committing = outermost
    except (OperationalError, InterfaceError) as error:
        if committing and not _undone(error):
            raise OutcomeUnknown from error
        raise


def _undone(error: Exception) -> bool:
    """Whether a failed commit was certainly rolled back."""
    sqlstate = getattr(error.__cause__, "sqlstate", None) or ""
    name = getattr(error.__cause__, "sqlite_errorname", None) or ""
    return bool(sqlstate and not sqlstate.startswith(INCONCLUSIVE_STATES)) or name.startswith(NOT_STARTED)
