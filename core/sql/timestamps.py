"""Times from PostgreSQL, read by the parser of Python's own library: several times as fast as the usual way."""

from datetime import UTC, datetime

from django.db.backends.postgresql.psycopg_any import BaseTzLoader, get_adapters_template
from psycopg.adapt import Buffer


class UtcLoader(BaseTzLoader):  # type: ignore[misc]  # untyped there
    """Reads the times of a session that runs in UTC, as Django's sessions do."""

    timezone = UTC

    def load(self, data: Buffer) -> datetime:
        text = bytes(data)
        if text.endswith(b"+00"):
            try:
                return datetime.fromisoformat(text.decode())
            except ValueError:  # infinity, or a year that Python has not: the usual way knows how to complain
                pass
        moment: datetime = super().load(data)
        return moment


def register_utc_loader() -> None:
    """Let every connection that Django opens from now on read times so."""
    get_adapters_template(True, UTC).register_loader("timestamptz", UtcLoader)
