"""SOP 1 and SOP 24: full-text search of articles, the same on both databases."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge import search_index
from knowledge.models import Article
from knowledge.search import ranked, words_of
from tests.api import fields
from tests.knowledge.factories import ArticleFactory
from users.choices import CC, IM

pytestmark = pytest.mark.django_db

PATH = "/knowledge-articles/"


def search(client, text, **options):
    return client.client.get(f"/api/v1{PATH}", {"search": text, **options}, headers=client.headers)


def found(client, text, **options):
    answer = search(client, text, **options)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def titles(client, text, **options):
    return [each["title"] for each in found(client, text, **options)]


def test_a_word_in_the_title_outweighs_any_number_in_the_body(api):
    ArticleFactory(title="Notes", body="certificate " * 50)
    ArticleFactory(title="Renew a certificate", body="Long text about other things. " * 40)
    ArticleFactory(title="Mail", body="One certificate.")
    ArticleFactory(title="Backups", body="Nothing of the kind.")

    assert titles(api(IM), "certificate")[0] == "Renew a certificate"
    assert set(titles(api(IM), "certificate")) == {"Renew a certificate", "Notes", "Mail"}


def test_every_word_must_occur_in_any_english_form_and_any_case(api):
    ArticleFactory(title="Failing payments", body="The gateways were restarted.")
    ArticleFactory(title="Payments", body="All is well.")

    assert titles(api(IM), "RESTART the gateway, payment fails") == ["Failing payments"]
    assert titles(api(IM), "gateway backup") == []


@pytest.mark.parametrize("text", ["db01", "DB01.example.com", "example", "queue_depth", "depth", "ora-00942", "00942"])
def test_words_are_runs_of_letters_and_digits(api, text):
    ArticleFactory(title="Host", body="On db01.example.com see queue_depth and ORA-00942.")
    ArticleFactory(title="Other", body="On db02 see nothing.")
    assert titles(api(IM), text) == ["Host"]


def test_the_snippet_marks_the_words_and_escapes_the_rest(api):
    ArticleFactory(title="Script", body='Paste <script>alert("x")</script> into the console, then restart it.')
    (hit,) = found(api(IM), "restart")
    assert "<mark>restart</mark>" in hit["snippet"]
    assert "<" not in hit["snippet"].replace("<mark>", "").replace("</mark>", "")
    assert found(api(IM), "")[0]["snippet"] == ""


def test_search_keeps_to_the_scope_and_joins_with_filters(api):
    ArticleFactory(title="Tunnel open", status="published", category="best_practice")
    ArticleFactory(title="Tunnel closed", status="published", category="troubleshooting")
    ArticleFactory(title="Tunnel drafted")

    assert set(titles(api(CC), "tunnel")) == {"Tunnel open", "Tunnel closed"}
    assert titles(api(CC), "tunnel", category="best_practice") == ["Tunnel open"]
    assert titles(api(IM), "tunnel", status="draft") == ["Tunnel drafted"]


def test_ranked_matches_are_on_one_page(api):
    for _ in range(3):
        ArticleFactory(title="Tunnel")
    answer = search(api(IM), "tunnel", page_size="2").json()
    assert (len(answer["results"]), answer["next"], answer["previous"]) == (2, None, None)
    cursor = api(IM).get(f"{PATH}?page_size=1").json()["next"].partition("cursor=")[2].partition("&")[0]
    refused = search(api(IM), "tunnel", cursor=cursor)
    assert (refused.status_code, refused.json()["code"], fields(refused)) == (400, "invalid_filter", {"cursor"})


def test_with_an_ordering_all_matches_are_paged_through(api):
    articles = [ArticleFactory(title="Tunnel") for _ in range(3)]
    ArticleFactory(title="Bridge")
    reader, seen = api(IM), []
    page = search(reader, "tunnel", ordering="id", page_size="2").json()
    seen += [each["id"] for each in page["results"]]
    page = reader.client.get(page["next"], headers=reader.headers).json()
    seen += [each["id"] for each in page["results"]]
    assert (seen, page["next"]) == ([each.pk for each in articles], None)


def test_discovery_searches_by_full_text(api):
    ArticleFactory(title="Renew a certificate")
    ArticleFactory(title="Backups")
    answer = api(IM).get("/discovery/?entity_type=kb_article&search=certificates", expect=200).json()
    assert (answer["match"], answer["results"][0]["title"]) == ("one", "Renew a certificate")


def test_an_edit_is_searchable_at_once_and_the_old_text_is_not(api):
    article = ArticleFactory(title="Old name", body="Alpha.")
    api(IM).patch(f"{PATH}{article.pk}/", {"title": "New name", "body": "Beta."}, expect=200)
    assert titles(api(IM), "alpha") == titles(api(IM), "old") == []
    assert titles(api(IM), "beta new") == ["New name"]


ODD = [
    '"',
    "AND",
    "NOT a*",
    "(",
    "title:x",
    "x AND (",
    "a NEAR b",
    "*",
    "^",
    "'",
    "\\",
    "%s {0}",
    "; --",
    "-",
    "the",
    "²",
]


@pytest.mark.parametrize("text", [*ODD, "x" * 3_999, "é" * 1_000, "& | !", "<->", ":*"])
def test_no_text_is_a_wrong_query(api, text):
    ArticleFactory(title="Tunnel")
    assert search(api(IM), text).status_code == 200
    assert search(api(IM), text, ordering="id").status_code == 200


@pytest.mark.parametrize("text", ["\0", "\x02", "x" * 4_001])
def test_text_that_databases_cannot_compare_is_refused(api, text):
    for options in ({}, {"ordering": "id"}):
        refused = search(api(IM), text, **options)
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_filter")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40))
def test_any_text_can_be_asked_for(text):
    assert len(words_of(text)) <= 10
    assert isinstance(ranked(Article.objects.all(), text, 5), list)
    assert isinstance(ranked(Article.objects.all(), text, 5, every_word=False), list)


def test_an_empty_scope_finds_nothing():
    ArticleFactory(title="Tunnel")
    assert ranked(Article.objects.none(), "tunnel", 5) == []


def test_a_missing_index_is_reinstalled():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP INDEX {search_index.POSTGRESQL_NAME}")
            search_index.install(connection)
            assert search_index.POSTGRESQL_NAME in connection.introspection.get_constraints(cursor, search_index.TABLE)
        else:
            for name in search_index.SQLITE_TRIGGERS:
                cursor.execute(f"DROP TRIGGER {name}")
            article = ArticleFactory(title="Tunnel")  # not noticed by the index
            assert ranked(Article.objects.all(), "tunnel", 5) == []
            search_index.install(connection)
            assert [hit.pk for hit in ranked(Article.objects.all(), "tunnel", 5)] == [article.pk]
    search_index.install(connection)


PLANS = {
    "postgresql": "EXPLAIN SELECT id FROM {TABLE} WHERE {DOCUMENT} @@ to_tsquery('english', 'tunnel')",
    "sqlite": "EXPLAIN QUERY PLAN SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH 'tunnel'",
}


def test_the_index_serves_the_search():
    ArticleFactory(title="Tunnel")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(PLANS[connection.vendor].format(**vars(search_index)))
        assert search_index.INDEX in str(cursor.fetchall())
