"""The full-text index of articles, maintained by the database; installed after every migration.

SQLite: an FTS5 table over the article table, updated by triggers. PostgreSQL: a GIN index over the weighted expression
DOCUMENT. In both, a word is a run of letters and digits of the folded text, reduced to its English stem.
"""

from typing import Any

from core.sql.folded import FUNCTION, ON_POSTGRESQL
from knowledge.models import Article

TABLE = Article._meta.db_table
INDEX = f"{TABLE}_search"
POSTGRESQL_NAME = f"{INDEX}_words"
COLUMNS = ("title", "body")

SQLITE_TABLE = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5(title, body, content='{TABLE}', content_rowid='id', "
    "tokenize='porter unicode61 remove_diacritics 0')"
)
_ADD = f"INSERT INTO {INDEX}(rowid, title, body) VALUES (NEW.id, {FUNCTION}(NEW.title), {FUNCTION}(NEW.body));"  # noqa: S608 - own names
_REMOVE = (
    f"INSERT INTO {INDEX}({INDEX}, rowid, title, body) "  # noqa: S608 - own names
    f"VALUES ('delete', OLD.id, {FUNCTION}(OLD.title), {FUNCTION}(OLD.body));"
)
# The former triggers, from before texts were folded.
FORMER_TRIGGERS = tuple(f"{INDEX}_{event}" for event in ("insert", "delete", "update"))
SQLITE_TRIGGERS = {
    f"{INDEX}_folded_insert": f"AFTER INSERT ON {TABLE} BEGIN {_ADD} END",
    f"{INDEX}_folded_delete": f"AFTER DELETE ON {TABLE} BEGIN {_REMOVE} END",
    f"{INDEX}_folded_update": f"AFTER UPDATE OF title, body ON {TABLE} BEGIN {_REMOVE} {_ADD} END",
}
SQLITE_REBUILD = (
    f"INSERT INTO {INDEX}({INDEX}) VALUES ('delete-all')",  # noqa: S608 - own names
    f"INSERT INTO {INDEX}(rowid, title, body) SELECT id, {FUNCTION}(title), {FUNCTION}(body) FROM {TABLE}",  # noqa: S608 - own names
)


def _words(column: str, weight: str) -> str:
    """One column as weighted words; every other character is a separator, as in SQLite's index."""
    folded = f'({ON_POSTGRESQL.replace("{0}", column)}) COLLATE "und-x-icu"'
    return rf"setweight(to_tsvector('english', regexp_replace({folded}, '(\W|_)+', ' ', 'g')), '{weight}')"


DOCUMENT = f"({_words('title', 'A')} || {_words('body', 'D')})"
POSTGRESQL_INDEX = f"CREATE INDEX IF NOT EXISTS {POSTGRESQL_NAME} ON {TABLE} USING gin ({DOCUMENT})"
POSTGRESQL_FORMER = f"DROP INDEX IF EXISTS {INDEX}"


def install(connection: Any) -> None:
    """Install the index. Idempotent; does nothing if the article table does not exist."""
    if TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL_FORMER)
            cursor.execute(POSTGRESQL_INDEX)
        else:
            _install_on_sqlite(cursor)


def _install_on_sqlite(cursor: Any) -> None:
    cursor.execute(SQLITE_TABLE)
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE])
    present = {row[0] for row in cursor.fetchall()}
    for name in present.intersection(FORMER_TRIGGERS):
        cursor.execute(f"DROP TRIGGER {name}")
    missing = SQLITE_TRIGGERS.keys() - present
    for name in sorted(missing):
        cursor.execute(f"CREATE TRIGGER {name} {SQLITE_TRIGGERS[name]}")
    if missing:
        for statement in SQLITE_REBUILD:
            cursor.execute(statement)
