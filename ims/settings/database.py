"""The database: SQLite in WAL for one machine, PostgreSQL with a connection pool when DATABASE_URL names one."""

from math import ceil
from pathlib import Path
from typing import Any

import environ

from core.sql.postgresql.connections import GuardedConnection

# Seconds that a command waits for a connection, and for the writer of a SQLite file.
COMMAND_WAIT, COMMAND_LOCK = 10, 20
# How soon a dead peer is noticed: after 10 idle seconds and three unanswered probes, one each 5 seconds; unacknowledged
# data after 15 seconds. A URL may state others: ?tcp_user_timeout=30000.
TCP = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}


def database(env: environ.Env, base_dir: Path) -> dict[str, Any]:
    """The database settings.

    IMS_DB_POOL_SIZE is the maximum number of connections of one process. IMS_DB_PREPARE keeps repeated statements
    prepared on the server; disable it behind a PgBouncer without support for prepared statements. ims/wsgi.py sets
    IMS_SERVING: a request has shorter timeouts than an import, a verification or a migration.
    """
    url = env.str("DATABASE_URL", f"sqlite:///{base_dir / 'var' / 'ims.sqlite3'}")
    settings: dict[str, Any] = dict(env.db_url_config(url))
    settings["ATOMIC_REQUESTS"] = False
    if settings["ENGINE"].endswith("sqlite3"):
        Path(settings["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        settings["OPTIONS"] = sqlite(env)
        return settings
    # A pool keeps connections open itself, so Django's persistent connections must be off.
    settings["CONN_MAX_AGE"] = 0
    # A connection that died in the pool is replaced before it is used.
    settings["CONN_HEALTH_CHECKS"] = True
    pool = {"min_size": 1, "max_size": env.int("IMS_DB_POOL_SIZE", 8), "timeout": COMMAND_WAIT}
    prepared = {"server_side_binding": True, "prepare_threshold": 2} if env.bool("IMS_DB_PREPARE", True) else {}
    settings["OPTIONS"] = {**TCP, **settings.get("OPTIONS", {}), **prepared, "pool": pool}
    if env.bool("IMS_SERVING", False):
        settings["OPTIONS"] |= serving(env, settings["OPTIONS"])
    return settings


def serving(env: environ.Env, options: dict[str, Any]) -> dict[str, Any]:
    """The options for serving requests: a waiting request blocks its thread."""
    wait = env.float("IMS_DB_WAIT_SECONDS", 2)
    # A reconnecting pool doubles its delay each time. One that gives up tries again on the next request, so the server
    # recovers as soon as the database does.
    guarded = {"connection_class": GuardedConnection}
    pool = {**options["pool"], "timeout": wait, "reconnect_timeout": wait, **guarded}
    started_with = " ".join(filter(None, [options.get("options"), limits(env)]))
    return {
        "pool": pool,
        "connect_timeout": max(1, ceil(wait)),
        **({"options": started_with} if started_with else {}),
    }


def sqlite(env: environ.Env) -> dict[str, Any]:
    """The options of a SQLite file: each commit is on the disk before it is reported, and waits are limited."""
    wait = (env.float("IMS_DB_LOCK_SECONDS", 5) or COMMAND_LOCK) if env.bool("IMS_SERVING", False) else COMMAND_LOCK
    return {
        "transaction_mode": "IMMEDIATE",
        "timeout": wait,
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
            f"PRAGMA busy_timeout={round(wait * 1000)};"
        ),
    }


def limits(env: environ.Env) -> str:
    """The startup options of a session; limits of 0 are omitted, as some PgBouncers require for all of them."""
    seconds = {
        "lock_timeout": env.float("IMS_DB_LOCK_SECONDS", 5),
        "statement_timeout": env.float("IMS_DB_STATEMENT_SECONDS", 30),
        "idle_in_transaction_session_timeout": env.float("IMS_DB_IDLE_SECONDS", 60),
    }
    return " ".join(f"-c {name}={round(limit * 1000)}" for name, limit in seconds.items() if limit)
