"""The view counter of articles: incremented in one statement, so that no concurrent view is lost."""

from django.db import connection

from knowledge.models import ArticleViews

TABLE = ArticleViews._meta.db_table
COUNT = (
    f"INSERT INTO {TABLE} (article_id, count) VALUES (%s, 1) "  # noqa: S608 - a table's own name
    f"ON CONFLICT (article_id) DO UPDATE SET count = {TABLE}.count + 1"
)


def count_view(article_id: int) -> None:
    """Count one view of an article."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [article_id])
