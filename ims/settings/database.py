"""The database: SQLite in WAL for one machine, PostgreSQL with a connection pool when DATABASE_URL names one."""

from math import ceil
from pathlib import Path
from typing import Any

import environ

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;PRAGMA busy_timeout=20000;"
    ),
}
# Seconds that a command waits for a connection.
COMMAND_WAIT = 10


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
        settings["OPTIONS"] = SQLITE_OPTIONS
        return settings
    # A pool keeps connections open itself, so Django's persistent connections must be off.
    settings["CONN_MAX_AGE"] = 0
    pool = {"min_size": 1, "max_size": env.int("IMS_DB_POOL_SIZE", 8), "timeout": COMMAND_WAIT}
    prepared = {"server_side_binding": True, "prepare_threshold": 2} if env.bool("IMS_DB_PREPARE", True) else {}
    settings["OPTIONS"] = {**settings.get("OPTIONS", {}), **prepared, "pool": pool}
    if env.bool("IMS_SERVING", False):
        settings["OPTIONS"] |= serving(env, settings["OPTIONS"])
    return settings


def serving(env: environ.Env, options: dict[str, Any]) -> dict[str, Any]:
    """The options for serving requests: a waiting request blocks its thread."""
    wait = env.float("IMS_DB_WAIT_SECONDS", 2)
    # A reconnecting pool doubles its delay each time. One that gives up tries again on the next request, so the server
    # recovers as soon as the database does.
    pool = {**options["pool"], "timeout": wait, "reconnect_timeout": wait}
    started_with = " ".join(filter(None, [options.get("options"), limits(env)]))
    return {
        "pool": pool,
        "connect_timeout": max(1, ceil(wait)),
        **({"options": started_with} if started_with else {}),
    }


def limits(env: environ.Env) -> str:
    """The startup options of a session; limits of 0 are omitted, as some PgBouncers require for all of them."""
    seconds = {
        "lock_timeout": env.float("IMS_DB_LOCK_SECONDS", 5),
        "statement_timeout": env.float("IMS_DB_STATEMENT_SECONDS", 30),
        "idle_in_transaction_session_timeout": env.float("IMS_DB_IDLE_SECONDS", 60),
    }
    return " ".join(f"-c {name}={round(limit * 1000)}" for name, limit in seconds.items() if limit)
