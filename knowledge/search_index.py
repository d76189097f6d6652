"""The full-text index of articles, maintained by the database; installed after every migration.

SQLite: an FTS5 table over the article table, updated by triggers. PostgreSQL: a GIN index over the weighted expression
DOCUMENT. In both, a word is a run of letters and digits, reduced to its English stem.
"""

from typing import Any

from knowledge.models import Article

TABLE = Article._meta.db_table
INDEX = f"{TABLE}_search"
COLUMNS = ("title", "body")

SQLITE_TABLE = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5(title, body, content='{TABLE}', content_rowid='id', "
    "tokenize='porter unicode61 remove_diacritics 0')"
)
_ADD = f"INSERT INTO {INDEX}(rowid, title, body) VALUES (NEW.id, NEW.title, NEW.body);"  # noqa: S608 - own names
_REMOVE = f"INSERT INTO {INDEX}({INDEX}, rowid, title, body) VALUES ('delete', OLD.id, OLD.title, OLD.body);"  # noqa: S608 - own names
SQLITE_TRIGGERS = {
    f"{INDEX}_insert": f"AFTER INSERT ON {TABLE} BEGIN {_ADD} END",
    f"{INDEX}_delete": f"AFTER DELETE ON {TABLE} BEGIN {_REMOVE} END",
    f"{INDEX}_update": f"AFTER UPDATE OF title, body ON {TABLE} BEGIN {_REMOVE} {_ADD} END",
}
SQLITE_REBUILD = f"INSERT INTO {INDEX}({INDEX}) VALUES ('rebuild')"  # noqa: S608 - own names


def _words(column: str, weight: str) -> str:
    """One column as weighted words; every other character is a separator, as in SQLite's index."""
    return rf"setweight(to_tsvector('english', regexp_replace({column}, '(\W|_)+', ' ', 'g')), '{weight}')"


DOCUMENT = f"({_words('title', 'A')} || {_words('body', 'D')})"
POSTGRESQL_INDEX = f"CREATE INDEX IF NOT EXISTS {INDEX} ON {TABLE} USING gin ({DOCUMENT})"


def install(connection: Any) -> None:
    """Install the index. Idempotent; does nothing if the article table does not exist."""
    if TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL_INDEX)
        else:
            _install_on_sqlite(cursor)


def _install_on_sqlite(cursor: Any) -> None:
    cursor.execute(SQLITE_TABLE)
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE])
    missing = SQLITE_TRIGGERS.keys() - {row[0] for row in cursor.fetchall()}
    for name in sorted(missing):
        cursor.execute(f"CREATE TRIGGER {name} {SQLITE_TRIGGERS[name]}")
    if missing:
        cursor.execute(SQLITE_REBUILD)
