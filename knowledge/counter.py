"""Counting reads of articles: one statement, so that no view is lost among readers at the same time."""

from django.db import connection

from knowledge.models import ArticleViews

TABLE = ArticleViews._meta.db_table
COUNT = (
    f"INSERT INTO {TABLE} (article_id, count) VALUES (%s, 1) "  # noqa: S608 - a table's own name
    f"ON CONFLICT (article_id) DO UPDATE SET count = {TABLE}.count + 1"
)


def count_view(article_id: int) -> None:
    """Count one more read of an article."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [article_id])
