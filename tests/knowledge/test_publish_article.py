"""SOP 24: Creating Knowledge Base Articles: submitting, publishing, returning, archiving."""

import pytest

from audit.models import AuditEntry
from tests.api import codes
from tests.knowledge.factories import ArticleFactory
from tests.users.factories import UserFactory
from users.choices import EX, IM, TS

pytestmark = pytest.mark.django_db

PATH = "/knowledge-articles/"
BODY = {"title": "Restart the pool", "content_type": "faq", "category": "troubleshooting", "body": "Drain it."}


def act(client, article, verb, body=None, **options):
    pk = article if isinstance(article, int) else article.pk
    return client.post(f"{PATH}{pk}/{verb}/", body, **options)


def test_an_article_goes_through_its_whole_life(api):
    reviewer = UserFactory(role=TS)
    author = api(TS)
    pk = author.post(PATH, {**BODY, "reviewer_user_id": reviewer.pk}, expect=201).json()["id"]

    assert act(author, pk, "submit", expect=200).json()["status"] == "in_review"
    returned = act(api(reviewer), pk, "return", {"comment": "Say which pool."}, expect=200).json()
    assert (returned["status"], returned["review_comment"]) == ("draft", "Say which pool.")
    author.patch(f"{PATH}{pk}/", {"body": "Drain pool 7."}, expect=200)
    act(author, pk, "submit", expect=200)
    published = act(api(reviewer), pk, "publish", expect=200).json()
    assert (published["status"], published["reviewed_by_id"]) == ("published", reviewer.pk)
    assert published["published_at"] is not None
    assert act(api(IM), pk, "archive", expect=200).json()["status"] == "archived"

    trail = AuditEntry.objects.filter(reference_type="kb_article", reference_id=pk, sequence__isnull=False)
    assert set(trail.exclude(sequence=1).values_list("action", flat=True)) == {"kb_update"}


@pytest.mark.parametrize(
    ("status", "verb", "allowed"),
    [
        ("in_review", "submit", ["published", "draft"]),
        ("draft", "publish", ["in_review"]),
        ("draft", "return", ["in_review"]),
        ("draft", "archive", ["in_review"]),
        ("published", "return", ["archived"]),
        ("archived", "publish", []),
    ],
)
def test_any_other_transition_is_refused_with_the_allowed_ones(api, status, verb, allowed):
    refused = act(api(IM), ArticleFactory(status=status), verb, expect=409, code="invalid_transition")
    assert refused.json()["errors"][0]["allowed"] == allowed


def test_an_article_is_submitted_by_its_author_or_a_manager(api):
    act(api(TS), ArticleFactory(), "submit", expect=403, code="out_of_scope")
    act(api(IM), ArticleFactory(), "submit", expect=200)


@pytest.mark.parametrize("verb", ["publish", "return"])
def test_authors_cannot_publish_or_return_their_own_article(api, verb):
    manager = UserFactory(role=IM)
    article = ArticleFactory(author=manager, status="in_review")
    refused = act(api(manager), article, verb, expect=403, code="segregation_of_duties")
    assert codes(refused) == {"not_a_writer"}
    act(api(EX), article, verb, expect=200)


@pytest.mark.parametrize("verb", ["publish", "return"])
def test_the_writer_of_a_revision_cannot_review_the_article(api, verb):
    author, manager = api(TS), api(IM)
    pk = author.post(PATH, BODY, expect=201).json()["id"]
    manager.patch(f"{PATH}{pk}/", {"body": "In my words."}, expect=200)
    author.patch(f"{PATH}{pk}/", {"title": "Restart it"}, expect=200)
    act(author, pk, "submit", expect=200)
    act(manager, pk, verb, expect=403, code="segregation_of_duties")
    act(api(IM), pk, verb, expect=200)


def test_a_manager_who_records_an_article_for_an_author_does_not_publish_it(api):
    manager = api(IM)
    pk = manager.post(PATH, {**BODY, "author_id": UserFactory(role=TS).pk}, expect=201).json()["id"]
    act(manager, pk, "submit", expect=200)
    act(manager, pk, "publish", expect=403, code="segregation_of_duties")


@pytest.mark.parametrize("verb", ["publish", "return"])
def test_technical_support_decides_only_as_the_assigned_reviewer(api, verb):
    reviewer = UserFactory(role=TS)
    article = ArticleFactory(status="in_review", reviewer_user=reviewer)
    refused = act(api(TS), article, verb, expect=403, code="out_of_scope")
    assert codes(refused) == {"support_as_assigned_reviewer"}
    act(api(reviewer), article, verb, expect=200)


def test_technical_support_does_not_archive(api):
    act(api(TS), ArticleFactory(status="published"), "archive", expect=403, code="role_not_permitted")
