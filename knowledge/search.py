"""Full-text search of articles, with equal results on both databases. The title has a higher weight than the body."""

import html
import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models.expressions import RawSQL

from core.text.folding import fold_name
from knowledge.search_index import DOCUMENT, INDEX, TABLE

# Stop words of PostgreSQL's English dictionary; SQLite has no such list.
_STOP_WORDS = """
i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself
it its itself they them their theirs themselves what which who whom this that these those am is are was were be
been being have has had having do does did doing a an the and but if or because as until while of at by for with
about against between into through during before after above below to from up down in out on off over under
again further then once here there when where why how all any both each few more most other some such no nor not
only own same so than too very s t can will just don should now
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
LONGEST_WORD = 255
# Words of a text of which any is sufficient.
MOST_WORDS = 10
# A word in the title outweighs any number of occurrences in the body.
TITLE_WEIGHT = 1_000.0
# Markers of a match in a snippet until the text is escaped: control characters that no article needs.
OPEN, CLOSE = "\x02", "\x03"
SNIPPET_WORDS = 24
HEADLINE = f"StartSel={OPEN}, StopSel={CLOSE}, MaxWords={SNIPPET_WORDS}, MinWords={SNIPPET_WORDS // 2}"

# Each statement returns (id, snippet), best first. {scope} is a subquery of the readable ids.
SQLITE_RANKED = (
    f"SELECT rowid, snippet({INDEX}, -1, %s, %s, '…', {SNIPPET_WORDS}) FROM {INDEX} "  # noqa: S608 - own names
    f"WHERE {INDEX} MATCH %s AND rowid IN ({{scope}}) ORDER BY bm25({INDEX}, {TITLE_WEIGHT}, 1.0), rowid DESC LIMIT %s"
)
POSTGRESQL_RANKED = (
    f"SELECT id, ts_headline('english', title || E'\\n' || body, query, %s) FROM ("  # noqa: S608 - own names
    f"SELECT id, title, body, query FROM {TABLE}, to_tsquery('english', %s) query "
    f"WHERE {DOCUMENT} @@ query AND id IN ({{scope}}) ORDER BY ts_rank({DOCUMENT}, query) DESC, id DESC LIMIT %s) "
    f"found ORDER BY ts_rank({DOCUMENT}, query) DESC, id DESC"
)
SQLITE_MATCH = f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH %s"  # noqa: S608 - own names
POSTGRESQL_MATCH = f"SELECT id FROM {TABLE} WHERE {DOCUMENT} @@ to_tsquery('english', %s)"  # noqa: S608 - own names


@dataclass(frozen=True, slots=True)
class Hit:
    """One article found, and its snippet as HTML in which only `<mark>` is markup."""

    pk: int
    snippet: str


def words_of(text: str) -> list[str]:
    """The search words: folded, letters and digits only, without stop words, so every text is a valid query."""
    found = re.findall(r"[^\W_]+", fold_name(text))
    return [word[:LONGEST_WORD] for word in dict.fromkeys(found) if word not in STOP_WORDS]


def ranked(queryset: Any, text: str, size: int, *, every_word: bool = True) -> list[Hit]:
    """The best matches among the articles of a queryset, in one statement.

    Arguments: the searched articles, the user's text, the maximum number of hits, and whether every word must occur or
    any is sufficient. A text without words finds nothing.
    """
    words = words_of(text)[: None if every_word else MOST_WORDS]
    if not words:
        return []
    try:
        scope, parameters = queryset.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    query = _query(words, every_word=every_word)
    if connection.vendor == "postgresql":
        statement, values = POSTGRESQL_RANKED, [HEADLINE, query, *parameters, size]
    else:
        statement, values = SQLITE_RANKED, [OPEN, CLOSE, query, *parameters, size]
    with connection.cursor() as cursor:
        cursor.execute(statement.format(scope=scope), values)
        return [Hit(pk, _marked(snippet)) for pk, snippet in cursor.fetchall()]


def matching(queryset: Any, text: str) -> Any:
    """The articles of a queryset that contain every word, in no order."""
    words = words_of(text)
    if not words:
        return queryset.none()
    statement = POSTGRESQL_MATCH if connection.vendor == "postgresql" else SQLITE_MATCH
    return queryset.filter(pk__in=RawSQL(statement, [_query(words, every_word=True)]))  # noqa: S611 - own text


def _query(words: list[str], *, every_word: bool) -> str:
    """The words in the database's query language, each quoted."""
    if connection.vendor == "postgresql":
        return (" & " if every_word else " | ").join(f"'{word}'" for word in words)
    return (" AND " if every_word else " OR ").join(f'"{word}"' for word in words)


def _marked(snippet: str) -> str:
    return html.escape(snippet).replace(OPEN, "<mark>").replace(CLOSE, "</mark>")
