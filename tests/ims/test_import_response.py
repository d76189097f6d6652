"""Old escalations, communications, workarounds, analyses, changes and rollbacks: imported and checked."""

from datetime import UTC, datetime
from typing import Any

import pytest

from changes.models import ChangeRequest, RollbackRequest
from core.operations.entities import model_of
from incidents.models import Communication, Escalation, RootCauseAnalysis, Workaround
from tests.ims.old_export import HELPER, ID, ROWS, SECOND_USER, OldExport, report_of, run
from users.choices import TS

pytestmark = pytest.mark.django_db

LATER = "2099-01-01T00:00:00"
SOON = "2024-03-03T00:00:00"
BEFORE = "2024-01-01T00:00:00"
SETTLED = {"status": "resolved", "resolved_at": "2024-03-05T00:00:00"}
ENTITY = {
    "escalations": "escalation",
    "communications": "communication",
    "workarounds": "workaround",
    "root_cause_analyses": "rca",
    "change_requests": "change_request",
    "rollback_requests": "rollback_request",
}

# The table, the columns that differ, and the rules that its row then breaks.
BREACHES: list[tuple[str, dict[str, Any], set[str]]] = [
    ("escalations", {"escalation_reason": "  "}, {"reason_given"}),
    ("escalations", {"escalation_level": "executive"}, {"level_of_the_target"}),
    ("escalations", {"escalated_by_id": f"{HELPER}"}, {"escalation_target_valid"}),
    ("escalations", {"acknowledged_at": None}, {"escalation_times_fit_status"}),
    ("escalations", {"status": "open"}, {"escalation_times_fit_status"}),
    ("escalations", {"resolved_at": SOON}, {"escalation_times_fit_status"}),
    ("escalations", {"acknowledged_at": BEFORE}, {"escalation_times_ordered"}),
    ("escalations", {"acknowledged_at": LATER}, {"not_from_the_future"}),
    ("communications", {"message_body": ""}, {"message_given"}),
    ("communications", {"recipient_user_id": None}, {"recipient_named"}),
    ("communications", {"recipient_type": "group"}, {"recipient_named"}),
    ("communications", {"recipient_type": "group", "recipient_user_id": None}, {"recipient_named"}),
    ("communications", {"recipient_type": "executive_team"}, {"recipient_named"}),
    ("communications", {"recipient_type": "executive_team", "recipient_user_id": None}, set()),
    ("communications", {"recipient_type": "client_contact"}, {"recipient_fits"}),
    ("communications", {"recipient_type": "vendor_contact"}, {"recipient_fits"}),
    ("communications", {"delivery_status": "pending"}, {"sent_at_fits_delivery"}),
    ("communications", {"sent_at": None}, {"sent_at_fits_delivery"}),
    ("communications", {"sent_at": BEFORE}, {"sent_at_fits_delivery"}),
    ("communications", {"delivery_status": "failed", "sent_at": None}, set()),
    ("workarounds", {"description": ""}, {"description_given"}),
    ("workarounds", {"implemented_at": LATER}, {"not_from_the_future"}),
    ("root_cause_analyses", {"completed_at": SOON}, {"analysis_times_fit_status"}),
    (
        "root_cause_analyses",
        {"status": "completed"},
        {"completed_with_cause", "analysis_times_fit_status"},
    ),
    (
        "root_cause_analyses",
        {"status": "approved", "completed_at": SOON},
        {"completed_with_cause", "approved_by_another"},
    ),
    ("change_requests", {"title": " "}, {"name_given"}),
    ("change_requests", {"approved_by_id": None}, {"change_decided_by_somebody"}),
    ("change_requests", {"approved_by_id": f"{HELPER}"}, {"change_decided_by_permitted_role", "decided_by_another"}),
    ("change_requests", {"risk_level": "critical"}, {"critical_decided_by_executive"}),
    ("change_requests", {"scheduled_end": BEFORE}, {"change_window_ordered"}),
    ("change_requests", {"scheduled_end": None}, {"change_window_ordered"}),
    ("change_requests", {"actual_end": BEFORE}, {"change_times_ordered"}),
    ("change_requests", {"actual_end": None}, {"change_times_fit_status"}),
    ("change_requests", {"scheduled_start": None, "scheduled_end": None}, {"change_times_fit_status"}),
    ("change_requests", {"scheduled_start": None, "scheduled_end": None, "change_type": "emergency"}, set()),
    ("change_requests", {"scheduled_start": "2099-01-01T00:00:00", "scheduled_end": "2099-01-02T00:00:00"}, set()),
    ("change_requests", {"status": "rolled_back"}, {"rolled_back_by_a_rollback"}),
    ("change_requests", {"incident_id": None}, set()),
    ("rollback_requests", {"justification": ""}, {"justification_given"}),
    ("rollback_requests", {"approved_by_id": f"{ID}"}, {"rollback_decided_by_somebody"}),
    ("rollback_requests", {"validation_completed": True}, {"rollback_validated"}),
    ("rollback_requests", {"executed_at": SOON}, {"rollback_times_fit_status"}),
    ("rollback_requests", {"status": "approved"}, {"value_of_today"}),
    ("rollback_requests", {"status": "failed"}, {"value_of_today", "rollback_decided_by_somebody"}),
    (
        "rollback_requests",
        {"status": "in_progress", "approved_by_id": f"{HELPER}"},
        {"rollback_decided_by_permitted_role", "decided_by_another"},
    ),
    (
        "rollback_requests",
        {"status": "completed", "approved_by_id": f"{ID}", "executed_at": SOON},
        {"rollback_of_executed_change", "rollback_validated"},
    ),
]


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    return OldExport(folder)


def broken(report: dict[str, Any], table: str, row_id: int = ID) -> set[str]:
    return {each["rule"] for each in report["violations"] if (each["table"], each["id"]) == (table, row_id)}


@pytest.mark.parametrize(
    ("table", "columns", "rules"),
    BREACHES,
    ids=[f"{b[0]}-{'-'.join(sorted(b[1]))}-{n}" for n, b in enumerate(BREACHES)],
)
def test_exactly_the_violated_rules_are_reported_and_stored(export, tmp_path, table, columns, rules):
    report = report_of(export.change(table, **columns), tmp_path)

    assert broken(report, table) == rules
    record = model_of(ENTITY[table]).objects.get(pk=ID)
    assert {each["rule"] for each in record.imported_violations} == rules
    assert all(each["detail"] for each in record.imported_violations)


@pytest.mark.parametrize(
    ("role", "table", "rule"),
    [
        ("account_manager", "workarounds", "implemented_by_permitted_role"),
        ("account_manager", "root_cause_analyses", "conducted_by_analyst"),
        ("account_manager", "change_requests", "change_requested_by_permitted_role"),
        ("system_administrator", "rollback_requests", "rollback_requested_by_permitted_role"),
    ],
)
def test_who_did_it_held_a_role_that_may(export, tmp_path, role, table, rule):
    export.change("users", HELPER, role=role)

    assert broken(report_of(export, tmp_path), table) == {rule}


def test_escalating_and_communicating_take_a_role_that_may(export, tmp_path):
    report = report_of(export.change("users", role="system_administrator"), tmp_path)

    assert broken(report, "escalations") == {"escalated_by_permitted_role"}
    assert broken(report, "communications") == {"sent_by_permitted_role"}


@pytest.mark.parametrize(
    ("columns", "level", "rules"),
    [
        ({"role": "client_contact", "client_id": f"{ID}"}, "technical", {"escalation_target_valid"}),
        ({"role": "vendor_contact", "vendor_id": f"{ID}"}, "vendor", set()),
        ({"role": "vendor_contact", "vendor_id": f"{ID + 1}"}, "vendor", {"escalation_target_valid"}),
        ({"role": "executive"}, "executive", set()),
        ({"role": "account_manager"}, "technical", {"level_of_the_target"}),
        ({"status": "suspended"}, "technical", {"open_escalation_has_active_target"}),
    ],
)
def test_the_target_of_an_escalation_fits_it(export, tmp_path, columns, level, rules):
    other = {"name": "Second", "contact_email": "2@example.com", "contact_phone": "+49301230002"}
    export.add("vendors", ID + 1, **other)
    export.add("users", ID + 1, **{**SECOND_USER, "email": "t@example.com", **columns, "user_id": f"{ID + 1}"})
    export.change("escalations", escalated_to_id=f"{ID + 1}", escalation_level=level)

    assert broken(report_of(export, tmp_path), "escalations") == rules


@pytest.mark.parametrize(("client", "rules"), [(ID, set()), (ID + 1, {"recipient_fits"})])
def test_a_client_contact_reads_the_own_clients_imported_incidents(export, tmp_path, client, rules):
    export.add("clients", ID + 1, registration_number="HRB 8", contact_email="8@example.com")
    export.add("users", ID + 1, email="c@example.com", role="client_contact", client_id=f"{client}")
    export.change("communications", recipient_type="client_contact", recipient_user_id=f"{ID + 1}")

    assert broken(report_of(export, tmp_path), "communications") == rules


def test_a_settled_incident_has_nothing_open_or_in_progress(export, tmp_path):
    export.change("incidents", **SETTLED)
    export.change("escalations", status="open", acknowledged_at=None)
    export.change("change_requests", status="in_progress", actual_end=None)

    report = report_of(export, tmp_path)

    assert broken(report, "escalations") == {"no_open_escalation_of_settled_incident"}
    assert broken(report, "change_requests") == {"not_in_progress_on_settled_incident"}


@pytest.mark.parametrize(("decided_by", "rules"), [(ID, set()), (None, {"rollback_decided_by_somebody"})])
def test_a_completed_rollback_explains_a_change_that_was_rolled_back(export, tmp_path, decided_by, rules):
    export.change("change_requests", status="rolled_back")
    done = {"status": "completed", "executed_at": SOON, "validation_completed": True}
    export.change("rollback_requests", approved_by_id=decided_by and f"{decided_by}", **done)

    report = report_of(export, tmp_path)

    assert broken(report, "change_requests") == set()
    assert broken(report, "rollback_requests") == rules


@pytest.mark.parametrize(("was", "now"), [("approved", "requested"), ("failed", "rejected")])
def test_a_former_status_of_a_rollback_is_mapped_and_the_original_stored(export, was, now):
    run(export.change("rollback_requests", status=was))

    rollback = RollbackRequest.objects.get(pk=ID)
    assert (rollback.status, rollback.imported_row["status"]) == (now, was)
    assert rollback.imported_violations[0] == {
        "rule": "value_of_today",
        "detail": f"status: {was} is kept as {now}",
    }


def test_renamed_columns_are_imported_under_their_current_names(export):
    run(export)

    escalation = Escalation.objects.get(pk=ID)
    assert (escalation.requested_by_id, escalation.target_user_id) == (ID, HELPER)
    assert (escalation.reason, escalation.reason_code) == ("sla_breach", "sla_breach")
    assert escalation.created_at == escalation.updated_at == datetime(2024, 3, 1, 8, 5, tzinfo=UTC)
    said = Communication.objects.get(pk=ID)
    assert (said.sender_user_id, said.recipient_user_id, said.delivery_method) == (ID, HELPER, "phone_call")
    assert (said.subject, said.message_content) == ("Ledger", "We are on it.")
    workaround = Workaround.objects.get(pk=ID)
    assert workaround.implemented_at == workaround.created_at == datetime(2024, 3, 1, 8, 30, tzinfo=UTC)
    analysis = RootCauseAnalysis.objects.get(pk=ID)
    assert (analysis.assigned_to_id, analysis.summary) == (HELPER, "The disk was full.")
    change = ChangeRequest.objects.get(pk=ID)
    assert (change.change_title, change.approved_by_id, change.status) == ("Larger disk", ID, "completed")
    assert RollbackRequest.objects.get(pk=ID).change_request_id == ID


@pytest.mark.parametrize(("table", "entity_type"), ENTITY.items())
def test_the_original_row_stays_with_the_record(export, table, entity_type):
    run(export)

    assert model_of(entity_type).objects.get(pk=ID).imported_row == ROWS[table]


def test_a_reason_without_a_code_is_imported_as_the_reason(export):
    reason = "The bank's board has asked for it, twice."
    run(export.change("escalations", escalation_reason=reason))

    escalation = Escalation.objects.get(pk=ID)
    assert (escalation.reason, escalation.reason_code, escalation.imported_violations) == (reason, "", [])


@pytest.mark.parametrize(
    "path", ["escalations", "communications", "workarounds", "root-cause-analyses", "change-requests"]
)
def test_the_record_shows_its_violations_to_readers(export, api, path):
    export.change("escalations", escalation_level="executive").change("communications", message_body="")
    export.change("workarounds", description="").change("root_cause_analyses", completed_at=SOON)
    export.change("change_requests", approved_by_id=None)
    run(export)

    shown = api(TS).get(f"/{path}/{ID}/", expect=200).json()["imported_violations"]

    assert [set(each) for each in shown] == [{"rule", "detail"}]


def test_an_imported_rollback_awaits_its_decision_like_any_other(export, api):
    run(export.change("rollback_requests", status="approved"))

    started = api("incident_manager").post(f"/rollback-requests/{ID}/start/", {}, expect=200).json()

    assert started["status"] == "in_progress"
