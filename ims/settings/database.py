"""The database: SQLite in WAL for one machine, PostgreSQL with a connection pool when DATABASE_URL names one."""

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


def database(env: environ.Env, base_dir: Path) -> dict[str, Any]:
    """The settings of the one database.

    IMS_DB_POOL_SIZE is the largest number of connections of one process. IMS_DB_PREPARE keeps repeated statements
    prepared on the server; turn it off behind a PgBouncer that cannot carry prepared statements over.
    """
    url = env.str("DATABASE_URL", f"sqlite:///{base_dir / 'var' / 'ims.sqlite3'}")
    settings: dict[str, Any] = dict(env.db_url_config(url))
    settings["ATOMIC_REQUESTS"] = False
    if settings["ENGINE"].endswith("sqlite3"):
        Path(settings["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        settings["OPTIONS"] = SQLITE_OPTIONS
        return settings
    # A pool keeps connections alive itself: Django's own persistence must be off beside it.
    settings["CONN_MAX_AGE"] = 0
    pool = {"min_size": 1, "max_size": env.int("IMS_DB_POOL_SIZE", 8), "timeout": 10}
    prepared = {"server_side_binding": True, "prepare_threshold": 2} if env.bool("IMS_DB_PREPARE", True) else {}
    settings["OPTIONS"] = {**settings.get("OPTIONS", {}), **prepared, "pool": pool}
    return settings
