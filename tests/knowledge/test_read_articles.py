"""SOP 1 and SOP 24: read scopes of articles, their representations, and view counts."""

from threading import Thread

import pytest
from django.db import connection

from audit.models import AuditEntry
from tests.api import Api, capture, statements
from tests.knowledge.factories import ArticleFactory, RevisionFactory
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db

PATH = "/knowledge-articles/"


def warm(client):
    """After its first request a token notes no new time of use for a while."""
    client.get("/me/", expect=200)
    return client


STATUSES = ("draft", "in_review", "published", "archived")


@pytest.mark.parametrize(("role", "seen"), [(IM, 4), (TS, 4), (SA, 4), (AM, 4), (EX, 4), (VC, 1), (CC, 1)], ids=str)
def test_staff_read_all_articles_and_contacts_the_published_ones(api, role, seen):
    articles = [ArticleFactory(status=status) for status in STATUSES]
    reader = api(role)
    found = reader.get(PATH, expect=200).json()["results"]
    assert len(found) == seen
    for article in articles:
        readable = seen == len(STATUSES) or article.status == "published"
        reader.get(f"{PATH}{article.pk}/", expect=200 if readable else 404)


@pytest.mark.parametrize("role", [VC, CC])
def test_contacts_do_not_see_how_an_article_came_to_be_published(api, role):
    article = ArticleFactory(status="published", review_comment="At last.", reviewer_user=UserFactory(role=IM))
    RevisionFactory(article=article)
    shown = api(role).get(f"{PATH}{article.pk}/", expect=200).json()
    assert not {"review_comment", "reviewer_user_id", "reviewed_by_id"} & set(shown)
    api(role).get(f"{PATH}{article.pk}/revisions/", expect=404)
    api(role).get(f"{PATH}?search=last", expect=200)


def test_lists_leave_the_text_out(api):
    ArticleFactory()
    assert "body" not in api(IM).get(PATH, expect=200).json()["results"][0]


def test_each_read_of_an_article_is_counted_and_the_count_is_not_audited(api):
    article, reader = ArticleFactory(earlier_views=40), api(IM)
    assert [reader.get(f"{PATH}{article.pk}/").json()["view_count"] for _ in range(3)] == [41, 42, 43]
    assert reader.get(PATH).json()["results"][0]["view_count"] == 43
    trail = AuditEntry.objects.filter(reference_type="kb_article", reference_id=article.pk)
    assert sorted(trail.values_list("action", flat=True)) == ["create", *["entity_discovery"] * 3]
    article.refresh_from_db()
    assert article.version == 1


def test_a_read_that_finds_nothing_counts_nothing(api):
    api(IM).get(f"{PATH}999/", expect=404, code="not_found")


@pytest.mark.usefixtures("committed")
def test_no_view_is_lost_among_readers_at_the_same_time():
    if connection.vendor == "sqlite":
        pytest.skip("an in-memory database has one connection")
    article, readers = ArticleFactory(), [Api(UserFactory()) for _ in range(4)]

    def read(reader):
        for _ in range(5):
            reader.get(f"{PATH}{article.pk}/", expect=200)
        connection.close()

    threads = [Thread(target=read, args=(reader,)) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    article.refresh_from_db()
    assert article.views.count == 20


@pytest.mark.parametrize("query", ["", "?search=article", "?search=article&ordering=-id"])
def test_the_number_of_queries_is_independent_of_the_lists_length(api, query):
    reader = warm(api(CC))
    counts = []
    for _ in range(2):
        for _ in range(3):
            ArticleFactory(status="published")
        with capture() as queries:
            found = reader.get(f"{PATH}{query}", expect=200).json()["results"]
        counts.append((len(found), len(statements(queries))))
    (few, first), (many, second) = counts
    assert (few, many) == (3, 6)
    assert first == second <= 5


def test_a_single_article_takes_few_statements(api):
    article, reader = ArticleFactory(), warm(api(IM))
    with capture() as queries:
        reader.get(f"{PATH}{article.pk}/", expect=200)
    assert len(statements(queries)) <= 4
