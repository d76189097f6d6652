"""SOP 24: Creating Knowledge Base Articles: writing, editing, revisions."""

import pytest

from audit.models import AuditEntry
from knowledge.models import Article, ArticleRevision
from tests.api import codes, fields
from tests.incidents.factories import IncidentFactory
from tests.knowledge.factories import ArticleFactory
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS

pytestmark = pytest.mark.django_db

PATH = "/knowledge-articles/"
BODY = {"title": "Restart the pool", "content_type": "resolution_steps", "category": "troubleshooting"}


def path(article, verb=""):
    return f"{PATH}{article.pk}/{verb + '/' if verb else ''}"


def test_an_article_is_written_as_a_draft_with_its_reviewer(api):
    incident, reviewer, support = IncidentFactory(), UserFactory(role=EX), api(TS)
    body = {**BODY, "body": "1. Drain it.", "incident_id": incident.pk, "reviewer_user_id": reviewer.pk}
    answer = support.post(PATH, body, expect=201).json()

    assert (answer["status"], answer["author_id"]) == ("draft", support.user.pk)
    assert (answer["incident_id"], answer["reviewer_user_id"]) == (incident.pk, reviewer.pk)
    assert answer["body"] == "1. Drain it."
    entry = AuditEntry.objects.get(reference_type="kb_article", reference_id=answer["id"])
    assert (entry.action, entry.operation) == ("create", "article.create")
    assert "Drain" not in str(entry.changes)


def test_an_article_can_be_recorded_for_its_author(api):
    author = UserFactory(role=TS)
    assert api(IM).post(PATH, {**BODY, "author_id": author.pk}, expect=201).json()["author_id"] == author.pk


@pytest.mark.parametrize("name", ["title", "content_type", "category"])
def test_every_required_input_is_needed(api, name):
    refused = api(TS).post(PATH, {key: BODY[key] for key in BODY if key != name}, expect=400, code="validation_error")
    assert fields(refused) == {name}


def test_bad_values_and_references_are_named_at_once(api):
    wrong = {
        "title": " ",
        "content_type": "poem",
        "category": "system_outage",
        "incident_id": 999,
        "author_id": 999,
        "reviewer_user_id": 999,
    }
    refused = api(TS).post(PATH, wrong, expect=400, code="validation_error")

    assert fields(refused) == set(wrong)
    assert not Article.objects.exists()


def test_the_body_is_bounded(api):
    api(TS).post(PATH, {**BODY, "body": "x" * 100_001}, expect=400, code="validation_error")


@pytest.mark.parametrize("role", [SA, AM, EX, CC])
def test_an_author_writes_articles_by_role(api, role):
    refused = api(IM).post(PATH, {**BODY, "author_id": UserFactory(role=role).pk}, expect=400, code="invalid_reference")
    assert fields(refused) == {"author_id"}


@pytest.mark.parametrize("role", [SA, AM, CC])
def test_a_reviewer_must_have_a_permitted_role(api, role):
    body = {**BODY, "reviewer_user_id": UserFactory(role=role).pk}
    assert fields(api(IM).post(PATH, body, expect=400, code="invalid_reference")) == {"reviewer_user_id"}


@pytest.mark.parametrize("name", ["author_id", "reviewer_user_id"])
def test_people_who_are_not_active_are_no_valid_reference(api, name):
    person = UserFactory(role=TS, status="suspended")
    assert fields(api(IM).post(PATH, {**BODY, name: person.pk}, expect=400, code="invalid_reference")) == {name}


def test_the_author_is_not_their_own_reviewer(api):
    support = UserFactory(role=TS)
    body = {**BODY, "reviewer_user_id": support.pk}
    refused = api(support).post(PATH, body, expect=403, code="segregation_of_duties")
    assert codes(refused) == {"reviewer_is_another"}
    api(IM).post(PATH, {**body, "author_id": support.pk}, expect=403, code="segregation_of_duties")

    article = ArticleFactory(author=support)
    api(support).patch(path(article), {"reviewer_user_id": support.pk}, expect=403, code="segregation_of_duties")
    reviewed = ArticleFactory(reviewer_user=support)
    api(IM).patch(path(reviewed), {"author_id": support.pk}, expect=403, code="segregation_of_duties")
    api(IM).patch(path(reviewed), {"author_id": support.pk, "reviewer_user_id": None}, expect=200)


def test_the_author_or_a_manager_edits_a_draft_or_an_article_in_review(api):
    article = ArticleFactory()
    api(article.author).patch(path(article), {"title": "Better"}, expect=200)
    api(TS).patch(path(article), {"title": "Worse"}, expect=403, code="out_of_scope")
    api(article.author).post(path(article, "submit"), expect=200)
    assert api(IM).patch(path(article), {"category": "best_practice"}, expect=200).json()["category"] == "best_practice"
    entry = AuditEntry.objects.filter(reference_type="kb_article", reference_id=article.pk).latest("sequence")
    assert (entry.action, entry.operation) == ("kb_update", "article.update")


@pytest.mark.parametrize("status", ["published", "archived"])
def test_a_published_article_cannot_be_edited(api, status):
    article = ArticleFactory(status=status)
    refused = api(IM).patch(path(article), {"title": "Other"}, expect=409, code="precondition_failed")
    assert codes(refused) == {"article_not_editable"}


def test_every_version_of_the_text_is_stored_as_a_revision(api):
    support = api(TS)
    made = support.post(PATH, {**BODY, "body": "One."}, expect=201).json()
    manager = api(IM)
    manager.patch(f"{PATH}{made['id']}/", {"body": "Two."}, expect=200)
    manager.patch(f"{PATH}{made['id']}/", {"category": "best_practice", "body": "Two."}, expect=200)
    support.patch(f"{PATH}{made['id']}/", {"title": "Drain the pool"}, expect=200)

    kept = support.get(f"{PATH}{made['id']}/revisions/?ordering=id", expect=200).json()["results"]
    assert [(each["number"], each["title"], each["body"], each["writer_id"]) for each in kept] == [
        (1, "Restart the pool", "One.", support.user.pk),
        (2, "Restart the pool", "Two.", manager.user.pk),
        (3, "Drain the pool", "Two.", support.user.pk),
    ]


def test_the_first_text_of_an_article_without_revisions_is_stored(api):
    article = ArticleFactory(title="Old", body="As imported.")
    api(IM).patch(path(article), {"body": "New."}, expect=200)
    kept = ArticleRevision.objects.filter(article=article).order_by("number")
    assert [(each.number, each.body, each.writer_id == article.author_id) for each in kept] == [
        (1, "As imported.", True),
        (2, "New.", False),
    ]


def test_a_stale_version_is_not_overwritten(api):
    article = ArticleFactory()
    read = api(IM).get(path(article), expect=200)
    api(IM).patch(path(article), {"title": "Mine"}, expect=200)
    stale = {"If-Match": read["ETag"]}
    api(IM).patch(path(article), {"title": "Yours"}, expect=412, code="stale_version", **stale)
