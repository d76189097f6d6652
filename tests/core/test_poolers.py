"""A pooler in transaction mode is recognised when the server starts, whatever its version, and adapted to."""

import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from core.sql.postgresql.poolers import OPTIONS, PREPARED, TRIALS, adapt_to_pooler, is_pooled_by_transaction
from tests.pooler import PGBOUNCER, pooler

real = pytest.mark.skipif(
    connection.vendor != "postgresql" or PGBOUNCER is None, reason="needs PostgreSQL and Debian's package pgbouncer"
)


class Sessions:
    """Connections that are served by these sessions in turn."""

    def __init__(self, *answers: Iterator[int]) -> None:
        self.answers, self.opened = answers, 0

    def __call__(self) -> Any:
        self.opened += 1
        return self.Connection(self.answers[self.opened - 1])

    class Connection:
        def __init__(self, answers: Iterator[int]) -> None:
            self.answers = answers

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: object) -> None:
            return None

        def execute(self, *_: object, **__: object) -> Any:
            return self

        def fetchone(self) -> tuple[int]:
            return (next(self.answers),)


def always(pid: int) -> Iterator[int]:
    return iter(lambda: pid, None)


def test_two_sessions_are_no_pooler_and_one_session_is() -> None:
    assert not is_pooled_by_transaction(Sessions(always(7), always(8)))
    assert is_pooled_by_transaction(Sessions(always(7), always(7)))


def test_a_session_that_another_client_takes_in_between_is_waited_for() -> None:
    apart = iter([1] * (TRIALS - 1) + [7])
    assert is_pooled_by_transaction(Sessions(always(7), apart))
    assert not is_pooled_by_transaction(Sessions(always(7), count(8)))


def settings(**more: Any) -> dict[str, Any]:
    given = connection.settings_dict
    place = {name: given[name] for name in ("HOST", "PORT", "USER", "PASSWORD")}
    return {**place, "NAME": "postgres", "OPTIONS": {"prepare_threshold": 2, "server_side_binding": True}, **more}


def test_a_database_that_does_not_answer_changes_nothing() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        away = {"HOST": "127.0.0.1", "PORT": taken.getsockname()[1], "NAME": "x", "OPTIONS": {"prepare_threshold": 2}}
        assert adapt_to_pooler(away, prepares=False) == []
    assert away["OPTIONS"] == {"prepare_threshold": 2}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
def test_without_a_pooler_statements_stay_prepared() -> None:
    direct = settings()
    assert adapt_to_pooler(direct, prepares=False) == []
    assert direct["OPTIONS"]["prepare_threshold"] == 2
    assert "DISABLE_SERVER_SIDE_CURSORS" not in direct


@contextmanager
def pooled(folder: Path, mode: str) -> Iterator[int]:
    """The port of a PgBouncer in this mode before the database that the tests run on."""
    given = connection.settings_dict
    with pooler(folder, mode, f"host={given['HOST']} port={given['PORT'] or 5432} user={given['USER']}") as port:
        yield port


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the pooler's own account may write, which pytest's folders do not allow."""
    made = Path(f"/tmp/ims-pgbouncer-{os.getpid()}-{time.monotonic_ns()}")  # noqa: S108
    made.mkdir(mode=0o777)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@real
def test_transaction_mode_is_recognised_and_nothing_is_prepared(folder: Path) -> None:
    with pooled(folder, "transaction") as port:
        limited = {"prepare_threshold": 2, "options": "-c lock_timeout=5000"}
        behind = settings(HOST="127.0.0.1", PORT=port, OPTIONS=limited)
        said = adapt_to_pooler(behind, prepares=False)
        assert PREPARED in said
        assert behind["OPTIONS"]["prepare_threshold"] is None
        assert behind["DISABLE_SERVER_SIDE_CURSORS"] is True
        if OPTIONS in said:  # before 1.20
            assert "options" not in behind["OPTIONS"]

        keeping = settings(HOST="127.0.0.1", PORT=port)
        assert adapt_to_pooler(keeping, prepares=True) == []
        assert keeping["OPTIONS"]["prepare_threshold"] == 2


@real
def test_session_mode_changes_nothing(folder: Path) -> None:
    with pooled(folder, "session") as port:
        behind = settings(HOST="127.0.0.1", PORT=port)
        assert adapt_to_pooler(behind, prepares=False) == []
        assert behind["OPTIONS"]["prepare_threshold"] == 2


@real
def test_what_it_guards_against_is_real(folder: Path) -> None:
    """Prepared statements of one client are missing for the other, or are the other's."""
    with pooled(folder, "transaction") as port:
        known = {"host": "127.0.0.1", "port": port, "user": connection.settings_dict["USER"], "dbname": "postgres"}
        one, other = (psycopg.connect(**known, autocommit=True, prepare_threshold=0) for _ in range(2))
        with one, other:
            one.execute("SELECT 1")
            with pytest.raises(psycopg.Error):
                other.execute("SELECT 'x'")
