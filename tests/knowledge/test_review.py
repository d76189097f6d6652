"""SOP 25: Managing Post-Incident Reviews."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from audit.models import AuditEntry
from knowledge.choices import RATINGS
from knowledge.models import PostIncidentReview
from tests.api import Api, capture, codes, fields, statements
from tests.incidents.factories import IncidentFactory, NoteFactory, PortalUpdateFactory
from tests.knowledge.factories import ReviewFactory, settled
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db

PATH = "/post-incident-reviews/"
SCORES = dict.fromkeys(RATINGS, 4)


def body(**changes):
    return {
        "incident_id": settled("closed").pk,
        "scheduled_date": str(timezone.now().date() + timedelta(days=3)),
        "facilitator_user_id": UserFactory(role=IM).pk,
        **changes,
    }


def act(client, review, verb, sent=None, **options):
    return client.post(f"{PATH}{review.pk}/{verb}/", sent, **options)


def test_the_review_of_a_closed_incident_is_scheduled(api):
    sent = body()
    answer = api(IM).post(PATH, sent, expect=201).json()

    assert (answer["status"], answer["facilitator_user_id"]) == ("scheduled", sent["facilitator_user_id"])
    assert (answer["incident_id"], answer["scheduled_date"]) == (sent["incident_id"], sent["scheduled_date"])
    entry = AuditEntry.objects.get(reference_type="post_incident_review", reference_id=answer["id"])
    assert (entry.action, entry.operation) == ("create", "review.create")


@pytest.mark.parametrize("status", ["open", "in_progress", "escalated", "resolved"])
def test_an_incident_that_is_not_closed_is_not_reviewed(api, status):
    sent = body(incident_id=settled(status).pk)
    refused = api(EX).post(PATH, sent, expect=409, code="precondition_failed")
    assert codes(refused) == {"incident_not_closed"}
    assert not PostIncidentReview.objects.exists()


@pytest.mark.parametrize("name", ["incident_id", "scheduled_date", "facilitator_user_id"])
def test_every_required_input_is_needed(api, name):
    sent = body()
    sent.pop(name)
    assert fields(api(IM).post(PATH, sent, expect=400, code="validation_error")) == {name}


def test_bad_values_and_references_are_named_at_once(api):
    wrong = {"incident_id": 999, "scheduled_date": "soon", "facilitator_user_id": 999}
    assert fields(api(IM).post(PATH, wrong, expect=400, code="validation_error")) == set(wrong)


def test_no_review_is_scheduled_for_a_day_that_is_over(api):
    """The caller's time zone determines the current date."""
    with time_machine.travel("2026-03-10T23:30:00Z", tick=False):
        for zone, today, yesterday in (
            ("UTC", "2026-03-10", "2026-03-09"),
            ("Pacific/Auckland", "2026-03-11", "2026-03-10"),
            ("America/Los_Angeles", "2026-03-10", "2026-03-09"),
        ):
            manager = api(UserFactory(role=IM, timezone=zone))
            refused = manager.post(PATH, body(scheduled_date=yesterday), expect=400, code="validation_error")
            assert (fields(refused), codes(refused)) == ({"scheduled_date"}, {"in_the_past"})
            manager.post(PATH, body(scheduled_date=today), expect=201)


def test_a_review_cannot_move_to_the_past_but_may_keep_its_date(api):
    review, manager = ReviewFactory(scheduled_date=date(2026, 3, 9)), api(IM)
    path = f"{PATH}{review.pk}/"
    with time_machine.travel("2026-03-10T12:00:00Z", tick=False):
        manager.patch(path, {"scheduled_date": "2026-03-09", "findings": "We were slow."}, expect=200)
        refused = manager.patch(path, {"scheduled_date": "2026-03-08"}, expect=400)
        manager.patch(path, {"scheduled_date": "2026-03-10"}, expect=200)
    assert (fields(refused), codes(refused)) == ({"scheduled_date"}, {"in_the_past"})


def resolve(api, incident, who):
    sent = {"resolution_summary": "It works again.", "resolution_code": "self_recovered"}
    api(who).post(f"/incidents/{incident.pk}/resolve/", sent, expect=200)


def closed_after_two_resolutions(api):
    """A closed incident that two managers resolved, one after the other: the first resolution did not hold."""
    incident, first, second = IncidentFactory(), UserFactory(role=IM), UserFactory(role=IM)
    NoteFactory(incident=incident)
    PortalUpdateFactory(incident=incident)
    resolve(api, incident, first)
    api(first).post(f"/incidents/{incident.pk}/reopen/", {"reason": "It fails again."}, expect=200)
    resolve(api, incident, second)
    incident.refresh_from_db()
    incident.change(status="closed", closed_at=timezone.now(), closed_by=UserFactory(role=IM))
    return incident, first, second


def test_resolvers_neither_facilitate_nor_conduct_the_review(api):
    incident, *resolvers = closed_after_two_resolutions(api)
    review = ReviewFactory(incident=incident, status="cancelled")
    for person in resolvers:
        sent = body(incident_id=incident.pk, facilitator_user_id=person.pk)
        refused = api(IM).post(PATH, sent, expect=403, code="segregation_of_duties")
        assert fields(refused) == {"facilitator_user_id"}
    review = ReviewFactory(incident=incident)
    for person in resolvers:
        own = api(person)
        own.patch(f"{PATH}{review.pk}/", {RATINGS[0]: 5}, expect=403, code="segregation_of_duties")
        act(own, review, "start", expect=403, code="segregation_of_duties")
        sent = {"facilitator_user_id": person.pk}
        refused = api(IM).patch(f"{PATH}{review.pk}/", sent, expect=403, code="segregation_of_duties")
        assert fields(refused) == {"facilitator_user_id"}
    act(api(IM), review, "start", expect=200)
    for person in resolvers:
        act(api(person), review, "complete", SCORES, expect=403, code="segregation_of_duties")
    act(api(EX), review, "complete", SCORES, expect=200)


@pytest.mark.parametrize("who", ["reporter", "created_by"])
def test_initiators_of_a_high_severity_incident_do_not_review_it(api, who):
    manager = UserFactory(role=IM)
    for peak, expected in (("P2", 403), ("P3", 200)):
        incident = settled("closed")
        incident.change(peak_severity=peak, severity=peak, **{who: manager})
        review = ReviewFactory(incident=incident)
        answer = api(IM).patch(f"{PATH}{review.pk}/", {"facilitator_user_id": manager.pk})
        assert answer.status_code == expected
        act(api(manager), review, "start", expect=expected)


def test_an_imported_review_cannot_continue_with_a_biased_facilitator(api):
    resolver = UserFactory(role=IM)
    incident = settled("closed")
    incident.change(resolved_by=resolver)
    review = ReviewFactory(incident=incident, facilitator_user=resolver)
    refused = act(api(EX), review, "start", expect=403, code="segregation_of_duties")
    assert fields(refused) == {"facilitator_user_id"}
    api(EX).patch(f"{PATH}{review.pk}/", {"facilitator_user_id": UserFactory(role=IM).pk}, expect=200)
    act(api(EX), review, "start", expect=200)


@pytest.mark.parametrize("role", [IM, EX, TS, SA])
def test_every_role_that_works_on_incidents_can_facilitate(api, role):
    api(IM).post(PATH, body(facilitator_user_id=UserFactory(role=role).pk), expect=201)


@pytest.mark.parametrize(("role", "status"), [(AM, "active"), (CC, "active"), (VC, "active"), (IM, "on_leave")])
def test_a_facilitator_is_active_staff(api, role, status):
    person = UserFactory(role=role, status=status)
    refused = api(IM).post(PATH, body(facilitator_user_id=person.pk), expect=400, code="invalid_reference")
    assert fields(refused) == {"facilitator_user_id"}


@pytest.mark.parametrize("status", ["scheduled", "in_progress"])
def test_an_incident_has_one_unfinished_review(api, status):
    review = ReviewFactory(status=status)
    refused = api(IM).post(PATH, body(incident_id=review.incident_id), expect=409, code="duplicate").json()["errors"][0]
    assert (refused["field"], refused["existing_id"]) == ("incident_id", review.pk)


def test_after_a_cancelled_review_comes_another(api):
    review = ReviewFactory(status="cancelled")
    api(IM).post(PATH, body(incident_id=review.incident_id), expect=201)


@pytest.mark.usefixtures("committed")
def test_of_two_reviews_at_the_same_time_one_wins():
    if connection.vendor == "sqlite":
        pytest.skip("an in-memory database has one connection")
    sent, together, answers = body(), Barrier(2), []

    def schedule(client):
        together.wait()
        answers.append(client.post(PATH, sent).status_code)
        connection.close()

    threads = [Thread(target=schedule, args=(Api(UserFactory(role=IM)),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201, 409]


def test_a_review_goes_through_its_whole_life(api):
    review, manager = ReviewFactory(), api(IM)
    started = act(manager, review, "start", expect=200).json()
    assert (started["status"], started["started_at"] is not None) == ("in_progress", True)
    done = act(manager, review, "complete", {**SCORES, "findings": "Page earlier."}, expect=200).json()
    assert (done["status"], done["findings"], done["completed_at"] is not None) == ("completed", "Page earlier.", True)
    assert {done[name] for name in RATINGS} == {4}
    entry = AuditEntry.objects.filter(reference_type="post_incident_review", reference_id=review.pk).latest("sequence")
    assert entry.action == "review"
    assert "Page" not in str(entry.changes)


@pytest.mark.parametrize("given", range(3))
def test_each_missing_rating_is_named(api, given):
    review = ReviewFactory(status="in_progress")
    sent = dict(list(SCORES.items())[:given])
    refused = act(api(EX), review, "complete", sent, expect=400, code="validation_error")
    assert fields(refused) == set(RATINGS[given:])
    assert codes(refused) == {"required"}


def test_ratings_given_before_count(api):
    review, manager = ReviewFactory(), api(IM)
    manager.patch(f"{PATH}{review.pk}/", {RATINGS[0]: 5, RATINGS[1]: 1}, expect=200)
    act(manager, review, "start", expect=200)
    done = act(manager, review, "complete", {RATINGS[2]: 3}, expect=200).json()
    assert [done[name] for name in RATINGS] == [5, 1, 3]


@pytest.mark.parametrize("value", [0, 6, 2.5, "3", None])
def test_a_rating_is_a_whole_number_from_1_to_5(api, value):
    review = ReviewFactory(status="in_progress")
    assert fields(api(IM).patch(f"{PATH}{review.pk}/", {RATINGS[0]: value}, expect=400)) == {RATINGS[0]}
    assert fields(act(api(IM), review, "complete", {**SCORES, RATINGS[1]: value}, expect=400)) == {RATINGS[1]}


def test_date_facilitator_and_findings_change_until_the_review_is_finished(api):
    review, other = ReviewFactory(), UserFactory(role=EX)
    later = str(date.today() + timedelta(days=90))  # noqa: DTZ011 - far enough to be later anywhere
    sent = {"scheduled_date": later, "facilitator_user_id": other.pk, "findings": "None yet."}
    changed = api(EX).patch(f"{PATH}{review.pk}/", sent, expect=200).json()
    assert {name: changed[name] for name in sent} == sent
    api(EX).patch(f"{PATH}{review.pk}/", {"incident_id": 1}, expect=400, code="unknown_field")


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_a_finished_review_cannot_change(api, status):
    review = ReviewFactory(status=status, **SCORES)
    refused = api(IM).patch(f"{PATH}{review.pk}/", {"findings": "More."}, expect=409, code="precondition_failed")
    assert codes(refused) == {"review_finished"}


@pytest.mark.parametrize(
    ("status", "verb", "allowed"),
    [
        ("scheduled", "complete", ["in_progress", "cancelled"]),
        ("in_progress", "start", ["completed", "cancelled"]),
        ("completed", "cancel", []),
        ("cancelled", "start", []),
    ],
)
def test_any_other_transition_is_refused_with_the_allowed_ones(api, status, verb, allowed):
    review = ReviewFactory(status=status, **SCORES)
    sent = SCORES if verb == "complete" else None
    refused = act(api(IM), review, verb, sent, expect=409, code="invalid_transition")
    assert refused.json()["errors"][0]["allowed"] == allowed


@pytest.mark.parametrize("status", ["scheduled", "in_progress"])
def test_an_unfinished_review_can_be_cancelled(api, status):
    assert act(api(EX), ReviewFactory(status=status), "cancel", expect=200).json()["status"] == "cancelled"


@pytest.mark.parametrize(("role", "code"), [(TS, 200), (SA, 200), (AM, 200), (EX, 200), (VC, 404), (CC, 404)])
def test_reviews_are_read_by_staff_only(api, role, code):
    review, reader = ReviewFactory(), api(role)
    reader.get(f"{PATH}{review.pk}/", expect=code)
    found = reader.get(f"{PATH}?incident_id={review.incident_id}", expect=200).json()["results"]
    assert len(found) == (1 if code == 200 else 0)


def test_the_number_of_queries_is_independent_of_the_lists_length(api):
    reader, counts = api(IM), []
    reader.get("/me/")
    for _ in range(2):
        ReviewFactory()
        ReviewFactory()
        with capture() as queries:
            reader.get(PATH, expect=200)
        counts.append(len(statements(queries)))
    assert counts[0] == counts[1] <= 4
