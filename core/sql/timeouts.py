"""Timeouts of the database: of a lock wait or of a statement. A retry may succeed."""

from django.db import InterfaceError, OperationalError

# PostgreSQL's error codes, and the messages for the caller.
TIMEOUT_REASONS = {
    "55P03": "Timed out waiting for a lock held by another request.",
    "57014": "The database statement timed out.",
}


def timeout_reason(error: BaseException) -> str:
    """The timeout that a database error reports; empty for any other error."""
    return TIMEOUT_REASONS.get(getattr(error.__cause__, "sqlstate", None) or "", "")


# A read-only database: a standby, or a server switched to read-only. psycopg raises an internal error for it.
READ_ONLY = "25006"


def is_outage(error: BaseException) -> bool:
    """Whether the database was unavailable, overloaded, full or read-only: a temporary fault, independent of the
    request.

    SQLite raises the same class for these and for invalid statements (a missing table); the error name distinguishes
    them.
    """
    if isinstance(error, OperationalError):
        return getattr(error.__cause__, "sqlite_errorname", None) != "SQLITE_ERROR"
    return isinstance(error, InterfaceError) or getattr(error.__cause__, "sqlstate", None) == READ_ONLY
