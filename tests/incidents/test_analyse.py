"""SOP 19: Conducting Root Cause Analysis."""

import pytest

from tests.api import codes, fields
from tests.incidents.factories import AnalysisFactory, IncidentFactory
from tests.users.factories import UserFactory
from users.choices import AM, IM, SA, TS

pytestmark = pytest.mark.django_db


def body_for(incident, analyst, **more):
    return {"incident_id": incident.pk, "analysis_method": "five_whys", "assigned_to": analyst.pk, **more}


def act(client, analysis, verb, body=None, **options):
    return client.post(f"/root-cause-analyses/{analysis.pk}/{verb}/", body, **options)


def test_an_analysis_begins_in_progress(api):
    analyst = UserFactory(role=TS)
    answer = api(SA).post("/root-cause-analyses/", body_for(IncidentFactory(), analyst), expect=201).json()
    assert (answer["status"], answer["assigned_to"]) == ("in_progress", analyst.pk)


def test_method_incident_and_analyst_must_be_valid(api):
    body = body_for(IncidentFactory(), UserFactory(role=AM), analysis_method="guess", incident_id=99)
    refused = api(TS).post("/root-cause-analyses/", body, expect=400)
    assert fields(refused) == {"incident_id", "analysis_method", "assigned_to"}
    suspended = body_for(IncidentFactory(), UserFactory(role=TS, status="suspended"))
    assert codes(api(TS).post("/root-cause-analyses/", suspended, expect=400)) == {"invalid_reference"}


def test_an_analysis_is_changed_only_while_in_progress(api):
    analysis = AnalysisFactory()
    path = f"/root-cause-analyses/{analysis.pk}/"
    api(TS).patch(path, {"analysis_method": "pareto_analysis"}, expect=200)
    act(api(TS), analysis, "complete", {"root_cause": "An expired certificate."}, expect=200)
    refused = api(TS).patch(path, {"summary": "More."}, expect=409, code="precondition_failed")
    assert codes(refused) == {"analysis_not_in_progress"}


def test_a_root_cause_is_stated_to_complete_it(api):
    analysis = AnalysisFactory()
    assert fields(act(api(TS), analysis, "complete", {}, expect=400)) == {"root_cause"}
    answer = act(api(TS), analysis, "complete", {"root_cause": "An expired certificate."}, expect=200).json()
    assert (answer["status"], answer["completed_at"] is not None) == ("completed", True)
    act(api(TS), analysis, "complete", {"root_cause": "Another."}, expect=409, code="invalid_transition")


@pytest.mark.parametrize(("verb", "body"), [("approve", None), ("reject", {"comment": "Why five?"})])
def test_analysts_cannot_approve_or_reject_their_own_analysis(api, verb, body):
    assignee, completer = UserFactory(role=IM), UserFactory(role=IM)
    analysis = AnalysisFactory(assigned_to=assignee)
    act(api(completer), analysis, "complete", {"root_cause": "An expired certificate."}, expect=200)
    for conductor in (assignee, completer):
        act(api(conductor), analysis, verb, body, expect=403, code="segregation_of_duties")
    act(api(IM), analysis, verb, body, expect=200)


@pytest.mark.parametrize("verb", ["complete", "update"])
def test_to_hand_an_analysis_on_does_not_undo_having_conducted_it(api, verb):
    first, second, manager = api(IM), api(UserFactory(role=TS)), api(IM)
    analysis = AnalysisFactory(assigned_to=first.user)
    if verb == "complete":
        act(first, analysis, "complete", {"root_cause": "Luck."}, expect=200)
        act(manager, analysis, "reject", {"comment": "Luck is no cause."}, expect=200)
    path = f"/root-cause-analyses/{analysis.pk}/"
    written = {"summary": "Half of it."} if verb == "update" else {}
    first.patch(path, {"assigned_to": second.user.pk, **written}, expect=200)
    act(second, analysis, "complete", {"root_cause": "An expired certificate."}, expect=200)

    act(first, analysis, "approve", expect=403, code="segregation_of_duties")
    act(manager, analysis, "approve", expect=200)


def test_the_person_who_assigned_an_analysis_may_approve_it(api):
    manager, analyst = api(IM), api(TS)
    analysis = AnalysisFactory()
    manager.patch(f"/root-cause-analyses/{analysis.pk}/", {"assigned_to": analyst.user.pk}, expect=200)
    act(analyst, analysis, "complete", {"root_cause": "An expired certificate."}, expect=200)
    act(manager, analysis, "approve", expect=200)


@pytest.mark.parametrize("cause", ["", "  "])
def test_an_imported_analysis_without_a_root_cause_can_only_be_rejected(api, cause):
    analysis = AnalysisFactory(status="completed", root_cause=cause, imported_row={"id": 1})
    refused = api(IM).post(f"/root-cause-analyses/{analysis.pk}/approve/", expect=409, code="precondition_failed")
    assert codes(refused) == {"root_cause_missing"}
    api(IM).post(f"/root-cause-analyses/{analysis.pk}/reject/", {"comment": "No cause."}, expect=200)


def test_a_rejection_does_not_undo_who_conducted_an_analysis(api):
    first, second, judge = (UserFactory(role=IM) for _ in range(3))
    analysis, same = AnalysisFactory(), {"root_cause": "An expired certificate."}
    for analyst in (first, second):
        act(api(analyst), analysis, "complete", same, expect=200)
        act(api(judge), analysis, "reject", {"comment": "This is a symptom."}, expect=200)
    act(api(TS), analysis, "complete", same, expect=200)

    for analyst in (first, second):
        act(api(analyst), analysis, "approve", expect=403, code="segregation_of_duties")
    act(api(judge), analysis, "approve", expect=200)


def test_a_rejected_analysis_goes_back_to_work_and_an_approved_one_is_final(api):
    analysis, manager = AnalysisFactory(), api(IM)
    act(manager, analysis, "approve", expect=409, code="invalid_transition")
    act(api(TS), analysis, "complete", {"root_cause": "Luck."}, expect=200)
    assert fields(act(manager, analysis, "reject", {}, expect=400)) == {"comment"}
    again = act(manager, analysis, "reject", {"comment": "Luck is no cause."}, expect=200).json()
    assert (again["status"], again["completed_at"], again["review_comment"]) == (
        "in_progress",
        None,
        "Luck is no cause.",
    )
    act(api(TS), analysis, "complete", {"root_cause": "An expired certificate."}, expect=200)
    act(manager, analysis, "approve", expect=200)
    act(manager, analysis, "reject", {"comment": "No."}, expect=409, code="invalid_transition")
