"""Statements that are sent together, because the way to the server and back often takes longer than a statement."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection as default_connection
from psycopg import Pipeline

connection: Any = default_connection


@contextmanager
def one_round_trip() -> Iterator[None]:
    """Send the statements of a block together, in their order, each with its own snapshot as ever.

    Their rows are fetched after the block; their errors are raised at its end. A BEGIN that is due goes with them.
    Outside a transaction they are one: for reads only. Without PostgreSQL they are sent one by one.
    """
    if connection.vendor != "postgresql" or not Pipeline.is_supported():
        yield
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield
