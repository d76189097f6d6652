"""Keeps a client's terms (agreements, subscriptions, calendar) in step with the incidents that rest on them.

Due times are stored with the incident. An incident whose transaction has read the terms before they changed, and that
is not committed when the unresolved incidents are restamped, would keep due times of the old terms. So whoever opens an
incident holds the terms (shared with others), and whoever changes them closes them (exclusively) before the last look
for incidents. Both last until the end of the transaction. On SQLite transactions that write run one at a time.
"""

from collections.abc import Iterable

from django.db import connection

# The first key of the advisory locks; the second is the client's id, folded into 31 bits.
SPACE = 0x7E2345
HOLD = "SELECT pg_advisory_xact_lock_shared(%s, id) FROM unnest(%s) AS id"
CLOSE = "SELECT pg_advisory_xact_lock(%s, id) FROM unnest(%s) AS id"


def hold_terms(client_ids: Iterable[int]) -> None:
    """Keep the terms of these clients from changing. Call it before they are read for an incident that is opened."""
    _lock(HOLD, client_ids)


def close_terms(client_id: int) -> None:
    """Wait until all incidents being opened for a client are committed, and keep others from being opened."""
    _lock(CLOSE, [client_id])


def _lock(statement: str, client_ids: Iterable[int]) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(statement, [SPACE, sorted({pk % 2**31 for pk in client_ids})])
