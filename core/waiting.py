"""What the database gave up: waiting for a lock, or a statement that took too long. Another try may well succeed."""

# PostgreSQL's codes, and what to tell the caller.
GIVEN_UP = {
    "55P03": "Another request holds what this one needs; it was not waited for any longer.",
    "57014": "The database took too long over this.",
}


def given_up(error: BaseException) -> str:
    """What a database error says was given up; empty for any other error."""
    return GIVEN_UP.get(getattr(error.__cause__, "sqlstate", None) or "", "")
