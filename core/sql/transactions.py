"""One transaction whose end is known, or said to be unknown.

What fails before the commit, or what the database itself undid at the commit, was not written. When the answer to the
commit is lost (the connection broke, the server was stopped), it may have been; then nobody may say that it was not.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, transaction

from core.codes import Code
from core.errors import Item, Refusal

# Beginnings of PostgreSQL's codes that say nothing of the outcome: broken connections, a stopped server, and
# statement_completion_unknown. Every other code is the database's word that it undid the transaction.
TELL_NOTHING = ("08", "57P", "40003")
# SQLite's names for a commit that it did not begin to write; one that failed while it wrote proves nothing.
NOT_BEGUN = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_READONLY")


class OutcomeUnknown(Refusal):
    """The database did not say whether it committed."""

    def __init__(self) -> None:
        detail = "The database did not confirm the commit. Whether this was written is unknown."
        super().__init__(
            Code.DATABASE_UNAVAILABLE,
            detail,
            rule="outcome_unknown",
            errors=[Item("outcome_unknown", detail)],
            next=(
                "With an Idempotency-Key, repeat the same request with the same key: it is carried out once. Without "
                "one, read what it would have made or changed before you send it again."
            ),
            retry_after=1,
        )


@contextmanager
def atomic_or_unknown() -> Iterator[None]:
    """All of a block, committed together, or nothing of it. Raises OutcomeUnknown where that cannot be told.

    Within another transaction it is a part of that one, whose end alone decides.
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
    """Whether the database says of a failed commit that nothing of it stays."""
    sqlstate = getattr(error.__cause__, "sqlstate", None) or ""
    name = getattr(error.__cause__, "sqlite_errorname", None) or ""
    return bool(sqlstate and not sqlstate.startswith(TELL_NOTHING)) or name.startswith(NOT_BEGUN)
