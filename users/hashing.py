"""Password hashing: argon2id, a bounded number at once.

A hash is slow on purpose. Without a bound, a few logins at once would take the processors from everybody else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

from core.codes import Code
from core.errors import Refusal

# Seconds that a hash waits for its turn, holding a thread, and that a caller waits before the next attempt.
PATIENCE, RETRY_AFTER = 0.1, 2

_turns = BoundedSemaphore(settings.IMS_HASHES_AT_ONCE)


class Argon2idHasher(Argon2PasswordHasher):
    """argon2id with 19 MiB, two passes and one thread: OWASP's recommendation, with bounded memory."""

    memory_cost, time_cost, parallelism = 19_456, 2, 1


@contextmanager
def turn_to_hash() -> Iterator[None]:
    """Hash or compare a password when it is this thread's turn. Raises Refusal (429) if that takes too long."""
    if not _turns.acquire(timeout=PATIENCE):
        detail = "Too many passwords are being checked at the moment."
        raise Refusal(Code.THROTTLED, detail, rule="hashes_at_once", retry_after=RETRY_AFTER)
    try:
        yield
    finally:
        _turns.release()
