"""Password hashing: argon2id, a bounded number at once on this machine.

A hash is slow on purpose. Without a bound, a few logins at once would take the processors from everybody else, and
those that wait for their turn would take the threads.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import IO

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

from core.codes import Code
from core.errors import Refusal
from core.turns.files import free_turn

# Seconds that a hash waits for its turn, holding a thread; how often it looks; how long a refused caller waits.
PATIENCE, LOOK_EVERY, RETRY_AFTER = 0.2, 0.01, 2

# One thread of a process waits; what comes meanwhile is refused at once.
_waiting = Lock()


class Argon2idHasher(Argon2PasswordHasher):
    """argon2id with 19 MiB, two passes and one thread: OWASP's recommendation, with bounded memory."""

    memory_cost, time_cost, parallelism = 19_456, 2, 1


@contextmanager
def turn_to_hash() -> Iterator[None]:
    """Hash or compare a password when it is this thread's turn. Raises Refusal (429) if that takes too long."""
    most = settings.IMS_HASHES_AT_ONCE
    if not most:
        yield
        return
    turn = free_turn("hash", most) or _awaited(most)
    if turn is None:
        detail = "Too many passwords are being checked at the moment."
        raise Refusal(Code.THROTTLED, detail, rule="hashes_at_once", retry_after=RETRY_AFTER)
    with turn:
        yield


def _awaited(most: int) -> IO[bytes] | None:
    """A turn that becomes free soon."""
    if not _waiting.acquire(blocking=False):
        return None
    try:
        until, turn = time.monotonic() + PATIENCE, None
        while turn is None and time.monotonic() < until:
            time.sleep(LOOK_EVERY)
            turn = free_turn("hash", most)
        return turn
    finally:
        _waiting.release()
