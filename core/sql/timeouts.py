"""What the database gave up: waiting for a lock, or a statement that took too long. Another try may well succeed."""

from django.db import InterfaceError, OperationalError

# PostgreSQL's codes, and what to tell the caller.
TIMEOUT_REASONS = {
    "55P03": "Another request holds what this one needs; it was not waited for any longer.",
    "57014": "The database took too long over this.",
}


def timeout_reason(error: BaseException) -> str:
    """What a database error says was given up; empty for any other error."""
    return TIMEOUT_REASONS.get(getattr(error.__cause__, "sqlstate", None) or "", "")


# A database that only reads: a standby, or one that was switched to it. psycopg knows it as an internal error.
READ_ONLY = "25006"


def is_outage(error: BaseException) -> bool:
    """Whether the database was away, busy, full or read-only: a fault of the moment, not of what was asked of it.

    SQLite has one class for these and for statements it does not understand (a missing table); its name tells them.
    """
    if isinstance(error, OperationalError):
        return getattr(error.__cause__, "sqlite_errorname", None) != "SQLITE_ERROR"
    return isinstance(error, InterfaceError) or getattr(error.__cause__, "sqlstate", None) == READ_ONLY
