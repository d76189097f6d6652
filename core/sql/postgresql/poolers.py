"""Recognises a connection pooler in transaction mode, such as PgBouncer, and adapts to it before anything is served.

Such a pooler gives each transaction another session: statements prepared in one are missing in the next, and cursors
expire with their transaction. Two connections of ours are then served by the same session, which never happens without
a pooler or with one in session mode.
"""

import logging
from collections.abc import Callable
from typing import Any

import psycopg

log = logging.getLogger(__name__)

# Other clients may take the session in between, so it is tried several times.
TRIALS = 8
PATIENCE = 5
BACKEND = "SELECT pg_backend_pid()"
# PgBouncer before 1.20 refuses the start-up options of a session.
REFUSED_OPTIONS = "unsupported startup parameter"

PREPARED = (
    "The database is behind a pooler in transaction mode: statements are not prepared. With PgBouncer 1.21 or newer "
    "and max_prepared_statements, set IMS_DB_POOLER_PREPARES=true."
)
OPTIONS = (
    "The pooler refuses start-up options: IMS_DB_LOCK_SECONDS, IMS_DB_STATEMENT_SECONDS and IMS_DB_IDLE_SECONDS do not "
    "hold. Give these limits to the database role (docs/operations.md)."
)


def adapt_to_pooler(settings: dict[str, Any], *, prepares: bool) -> list[str]:
    """Change the settings of a PostgreSQL database to what its pooler can do, if it has one; returns what was changed.

    Arguments: the database's settings, and whether the pooler keeps prepared statements. A database that does not
    answer changes nothing.
    """
    said: list[str] = []
    try:
        if _refuses_options(settings):
            settings["OPTIONS"].pop("options", None)
            said.append(OPTIONS)
        if is_pooled_by_transaction(lambda: _connect(settings)):
            settings["DISABLE_SERVER_SIDE_CURSORS"] = True
            if not prepares and settings["OPTIONS"].get("prepare_threshold"):
                settings["OPTIONS"]["prepare_threshold"] = None
                said.append(PREPARED)
    except psycopg.Error as error:
        log.warning("whether the database is behind a pooler is unknown (%s)", type(error).__name__)
    for sentence in said:
        log.warning(sentence)
    return said


def is_pooled_by_transaction(connect: Callable[[], psycopg.Connection[Any]]) -> bool:
    """Whether two open connections are served by the same session."""
    with connect() as one, connect() as other:
        return any(_session(one) == _session(other) for _ in range(TRIALS))


def _session(connection: psycopg.Connection[Any]) -> Any:
    """The session that serves the next transaction; statements are not prepared meanwhile."""
    row = connection.execute(BACKEND, prepare=False).fetchone()
    return row and row[0]


def _refuses_options(settings: dict[str, Any]) -> bool:
    if not settings["OPTIONS"].get("options"):
        return False
    try:
        _connect(settings).close()
    except psycopg.OperationalError as error:
        if REFUSED_OPTIONS in str(error):
            return True
        raise
    return False


def _connect(settings: dict[str, Any]) -> psycopg.Connection[Any]:
    known = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    place = {name: settings[ours] for name, ours in known.items() if settings.get(ours)}
    more = {name: settings["OPTIONS"][name] for name in ("options", "sslmode") if settings["OPTIONS"].get(name)}
    return psycopg.connect(**place, **more, connect_timeout=PATIENCE, autocommit=True, prepare_threshold=None)
