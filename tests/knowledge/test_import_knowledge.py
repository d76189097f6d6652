"""Old articles and reviews: imported, and checked against the current rules."""

from typing import Any

import pytest

from knowledge.models import Article, PostIncidentReview
from knowledge.search import ranked
from tests.ims.old_export import HELPER, ID, OldExport, report_of, run
from tests.users.factories import UserFactory

pytestmark = pytest.mark.django_db

ARTICLE = {
    "article_id": f"{ID}",
    "title": "Renew  the certificate",
    "content_type": "faq",
    "category": "best_practice",
    "author_id": f"{ID}",
    "reviewer_user_id": f"{HELPER}",
    "incident_id": f"{ID}",
    "status": "published",
    "view_count": 1450,
    "created_at": "2024-03-02T08:00:00.754891",
    "updated_at": "2024-03-03T08:00:00",
}
REVIEW = {
    "pir_id": f"{ID}",
    "incident_id": f"{ID}",
    "scheduled_date": "2024-03-20",
    "facilitator_user_id": f"{ID}",
    "status": "scheduled",
    "timeline_accuracy_rating": 3,
    "communication_effectiveness_rating": 2,
    "technical_response_rating": None,
    "created_at": "2024-03-10T08:00:00",
}
KEYS = {"knowledge_base_articles": ARTICLE, "post_incident_reviews": REVIEW}
MODELS = {"knowledge_base_articles": Article, "post_incident_reviews": PostIncidentReview}
CLOSED = {"status": "closed", "resolved_at": "2024-03-05T00:00:00", "closed_at": "2024-03-06T00:00:00"}


@pytest.fixture
def export(tmp_path) -> OldExport:
    folder = tmp_path / "export"
    folder.mkdir()
    made = OldExport(folder).change("users", HELPER, role="technical_support", client_id=None, vendor_id=None)
    made.change("incidents", **CLOSED)
    for table, row in KEYS.items():
        made.other(table, **{f"{ID}": dict(row)})
    return made


def broken(table: str) -> set[str]:
    return {each["rule"] for each in MODELS[table].objects.get(pk=ID).imported_violations}


def test_rows_that_keep_to_the_rules_break_none(export):
    run(export)
    article, review = Article.objects.get(pk=ID), PostIncidentReview.objects.get(pk=ID)

    assert (article.title, article.author_id, article.reviewer_user_id) == ("Renew the certificate", ID, HELPER)
    assert (article.earlier_views, article.imported_row) == (1450, ARTICLE)
    assert (review.timeline_accuracy_rating, review.technical_response_rating) == (3, None)
    assert (str(review.scheduled_date), review.imported_row) == ("2024-03-20", REVIEW)
    assert broken("knowledge_base_articles") == broken("post_incident_reviews") == set()


def test_an_imported_article_is_found_and_keeps_its_views(export, api):
    run(export)
    assert [hit.pk for hit in ranked(Article.objects.published(), "certificates", 5)] == [ID]
    assert api("client_contact").get(f"/knowledge-articles/{ID}/", expect=200).json()["view_count"] == 1451


BREACHES: list[tuple[str, dict[str, Any], set[str]]] = [
    ("knowledge_base_articles", {"title": " "}, {"name_given"}),
    ("knowledge_base_articles", {"reviewer_user_id": f"{ID}"}, {"reviewed_by_another"}),
    ("knowledge_base_articles", {"reviewer_user_id": None}, {"published_after_review"}),
    ("knowledge_base_articles", {"reviewer_user_id": None, "status": "draft"}, set()),
    ("knowledge_base_articles", {"updated_at": "2024-01-01T00:00:00"}, {"time_stamps_ordered"}),
    ("post_incident_reviews", {"status": "completed"}, {"completed_with_ratings"}),
    ("post_incident_reviews", {"technical_response_rating": 9}, {"rating_in_range"}),
    ("post_incident_reviews", {"technical_response_rating": 0, "status": "completed"}, {"rating_in_range"}),
    ("post_incident_reviews", {"scheduled_date": "2024-03-09"}, {"scheduled_after_it_was_made"}),
    (
        "post_incident_reviews",
        {"created_at": "2099-01-01T00:00:00"},
        {"not_from_the_future", "scheduled_after_it_was_made"},
    ),
]


@pytest.mark.parametrize(("table", "columns", "rules"), BREACHES)
def test_a_violated_rule_is_reported_and_the_row_stored(export, table, columns, rules):
    export.change(table, **columns)
    run(export)
    assert broken(table) == rules


@pytest.mark.parametrize(
    ("role", "articles", "reviews"),
    [
        ("system_administrator", {"written_by_permitted_role"}, set()),
        ("account_manager", {"written_by_permitted_role"}, {"facilitator_fits"}),
        ("executive", {"written_by_permitted_role"}, set()),
    ],
)
def test_roles_that_are_no_longer_permitted_are_reported(export, role, articles, reviews):
    export.change("users", HELPER, role=role)
    export.change("knowledge_base_articles", author_id=f"{HELPER}", reviewer_user_id=f"{ID}")
    export.change("post_incident_reviews", facilitator_user_id=f"{HELPER}")
    run(export)
    assert (broken("knowledge_base_articles"), broken("post_incident_reviews")) == (articles, reviews)


def test_a_reviewer_who_could_not_publish_is_reported(export):
    export.change("users", HELPER, role="account_manager")
    run(export)
    assert broken("knowledge_base_articles") == {"reviewer_of_permitted_role"}


def test_a_review_of_an_unclosed_incident_and_an_absent_facilitator_are_reported(export):
    export.change("incidents", status="resolved", closed_at=None)
    export.change("users", HELPER, status="inactive")
    export.change("post_incident_reviews", facilitator_user_id=f"{HELPER}")
    run(export)
    assert broken("post_incident_reviews") == {"review_of_closed_incident", "facilitator_fits"}


def test_the_breach_is_not_repeated_by_new_writes(export, api):
    export.change("incidents", status="resolved", closed_at=None)
    export.change("post_incident_reviews", status="cancelled")
    run(export)
    facilitator = UserFactory(role="incident_manager")
    body = {"incident_id": ID, "scheduled_date": "2099-01-01", "facilitator_user_id": facilitator.pk}
    api("executive").post("/post-incident-reviews/", body, expect=409, code="precondition_failed")


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("knowledge_base_articles", {"author_id": None}),
        ("knowledge_base_articles", {"status": "lost"}),
        ("post_incident_reviews", {"incident_id": None}),
        ("post_incident_reviews", {"facilitator_user_id": "1"}),
        ("post_incident_reviews", {"technical_response_rating": 40_000}),
    ],
)
def test_a_value_that_cannot_be_stored_is_refused(export, table, columns):
    export.change(table, **columns)
    with pytest.raises(Exception, match=table):
        run(export)
    assert not MODELS[table].objects.exists()


def test_a_second_run_changes_nothing(export, tmp_path):
    run(export)
    before = [list(model.objects.values()) for model in MODELS.values()]
    report_of(export, tmp_path)
    assert [list(model.objects.values()) for model in MODELS.values()] == before
