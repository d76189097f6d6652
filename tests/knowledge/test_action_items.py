"""SOP 25: Managing Post-Incident Reviews: action items."""

import pytest

from audit.models import AuditEntry
from tests.api import capture, codes, fields, statements
from tests.knowledge.factories import ActionItemFactory, ReviewFactory
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, TS, VC

pytestmark = pytest.mark.django_db


def path(review, item=None):
    return f"/post-incident-reviews/{review.pk}/action-items/{f'{item.pk}/' if item else ''}"


def body(**changes):
    return {"title": "Alert earlier", "owner_id": UserFactory(role=TS).pk, "due_date": "2030-01-31", **changes}


@pytest.mark.parametrize("status", ["scheduled", "in_progress", "completed"])
def test_a_review_asks_for_an_improvement(api, status):
    ratings = {"timeline_accuracy_rating": 1, "communication_effectiveness_rating": 2, "technical_response_rating": 3}
    review, sent = ReviewFactory(status=status, **ratings), body()
    answer = api(IM).post(path(review), sent, expect=201).json()
    assert (answer["status"], answer["review_id"]) == ("open", review.pk)
    assert {name: answer[name] for name in sent} == sent
    entry = AuditEntry.objects.get(reference_type="action_item", reference_id=answer["id"])
    assert (entry.action, entry.operation) == ("create", "review.add_action_item")


def test_a_cancelled_review_asks_for_nothing(api):
    refused = api(EX).post(path(ReviewFactory(status="cancelled")), body(), expect=409, code="precondition_failed")
    assert codes(refused) == {"review_cancelled"}


def test_bad_values_and_references_are_named_at_once(api):
    wrong = {"title": "", "owner_id": 999, "due_date": "never", "status": "done"}
    assert fields(api(IM).post(path(ReviewFactory()), wrong, expect=400, code="validation_error")) == set(wrong)


def test_an_owner_is_active(api):
    sent = body(owner_id=UserFactory(status="inactive").pk)
    assert fields(api(IM).post(path(ReviewFactory()), sent, expect=400, code="invalid_reference")) == {"owner_id"}


@pytest.mark.parametrize("status", ["done", "dropped"])
def test_the_owner_settles_the_item(api, status):
    item = ActionItemFactory()
    settled = api(item.owner).patch(path(item.review, item), {"status": status}, expect=200).json()
    assert settled["status"] == status
    refused = api(item.owner).patch(path(item.review, item), {"status": "open"}, expect=409, code="invalid_transition")
    assert refused.json()["errors"][0]["allowed"] == []
    refused = api(IM).patch(path(item.review, item), {"title": "Other"}, expect=409, code="precondition_failed")
    assert codes(refused) == {"action_item_settled"}


@pytest.mark.parametrize("role", [IM, EX])
def test_managers_and_executives_keep_every_item(api, role):
    item, other = ActionItemFactory(), UserFactory(role=TS)
    sent = {"title": "Alert on latency", "owner_id": other.pk, "due_date": "2031-02-28", "status": "open"}
    changed = api(role).patch(path(item.review, item), sent, expect=200).json()
    assert {name: changed[name] for name in sent} == sent


@pytest.mark.parametrize("role", [TS, AM])
def test_other_staff_do_not_change_it(api, role):
    item = ActionItemFactory()
    api(role).patch(path(item.review, item), {"status": "done"}, expect=403, code="out_of_scope")


@pytest.mark.parametrize("role", [VC, CC])
def test_a_contact_reads_and_updates_only_their_own_items(api, role):
    contact, review = UserFactory(role=role), ReviewFactory()
    own, other = ActionItemFactory(review=review, owner=contact), ActionItemFactory(review=review)
    client = api(contact)
    assert [each["id"] for each in client.get(path(review), expect=200).json()["results"]] == [own.pk]
    client.patch(path(review, own), {"status": "done"}, expect=200)
    client.patch(path(review, other), {"status": "done"}, expect=404, code="not_found")
    client.get(path(other.review if other.review != review else ReviewFactory()), expect=404, code="not_found")


def test_an_item_is_found_only_under_its_own_review(api):
    item, elsewhere = ActionItemFactory(), ReviewFactory()
    api(IM).patch(path(elsewhere, item), {"status": "done"}, expect=404, code="not_found")
    beyond = f"/post-incident-reviews/{2**63}/action-items/"
    api(IM).get(beyond, expect=404, code="not_found")
    api(IM).patch(f"{beyond}{item.pk}/", {"status": "done"}, expect=404, code="not_found")


def test_the_items_of_a_review_are_listed_and_filtered(api):
    item = ActionItemFactory()
    dropped = ActionItemFactory(review=item.review, status="dropped")
    ActionItemFactory()
    reader = api(AM)
    found = reader.get(path(item.review), expect=200).json()["results"]
    assert [each["id"] for each in found] == [dropped.pk, item.pk]
    found = reader.get(f"{path(item.review)}?status=open", expect=200).json()["results"]
    assert [each["id"] for each in found] == [item.pk]
    reader.get(f"{path(item.review)}?review_id=1", expect=400, code="invalid_filter")


def test_a_stale_version_is_not_overwritten(api):
    item = ActionItemFactory()
    stale = {"If-Match": '"99"'}
    api(IM).patch(path(item.review, item), {"title": "Other"}, expect=412, code="stale_version", **stale)


def test_the_number_of_queries_is_independent_of_the_lists_length(api):
    review, reader, counts = ReviewFactory(), api(IM), []
    reader.get("/me/")
    for _ in range(2):
        ActionItemFactory(review=review)
        ActionItemFactory(review=review)
        with capture() as queries:
            reader.get(path(review), expect=200)
        counts.append(len(statements(queries)))
    assert counts[0] == counts[1] <= 4
