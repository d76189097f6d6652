"""SOP 12: Creating Incidents."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import AuditEntry
from clients.choices import ClientStatus
from core.hooks import hooks
from incidents.models import Incident
from products.choices import ComponentStatus
from tests.api import capture, codes, fields, statements
from tests.clients.factories import AgreementFactory, ClientFactory, SubscriptionFactory
from tests.incidents.factories import IncidentFactory
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC, UserStatus

pytestmark = pytest.mark.django_db


def body(**changes: Any) -> dict[str, Any]:
    given = {
        "title": "Payments  fail",
        "description": "Card payments are declined.",
        "category": "system_outage",
        "impact_level": "high",
        "severity": "P3",
        **changes,
    }
    given.setdefault("client_id", ClientFactory().pk if "client_id" not in changes else None)
    given.setdefault("reporter_id", UserFactory(role=TS).pk if "reporter_id" not in changes else None)
    return given


def z(moment: datetime) -> str:
    return f"{moment.replace(microsecond=0, tzinfo=None).isoformat()}Z"


def without(given: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in names}


@pytest.mark.parametrize("role", [IM, TS, SA, EX])
def test_an_incident_is_opened(api, role):
    manager, worker, component, affected = UserFactory(), UserFactory(role=TS), ComponentFactory(), ClientFactory()
    given = body(
        component_id=component.pk,
        assigned_manager_id=manager.pk,
        assigned_to_id=worker.pk,
        affected_client_ids=[affected.pk, affected.pk],
        urgency="critical",
        detection_source="monitoring_alert",
        occurred_at=z(timezone.now() - timedelta(days=364, minutes=5)),
        detected_at=z(timezone.now() - timedelta(days=364)),
    )

    answer = api(role).post("/incidents/", given, expect=201)

    shown = answer.json()
    assert {**given, "title": "Payments fail", "affected_client_ids": [affected.pk]}.items() <= shown.items()
    assert shown["incident_code"] == f"INC-{shown['id']:08d}"
    assert (shown["status"], shown["peak_severity"], shown["severity_rule"]) == ("open", "P3", "stated")
    assert (shown["component_name"], shown["product_id"]) == (component.component_name, component.product_id)
    assert shown["allowed_transitions"] == ["in_progress", "escalated", "resolved"]
    assert answer["ETag"] == '"1"'


def test_the_creation_is_audited_without_its_texts(api):
    shown = api(IM).post("/incidents/", body(affected_client_ids=[ClientFactory().pk]), expect=201).json()

    entry = AuditEntry.objects.get(reference_type="incident", reference_id=shown["id"])
    assert (entry.action, entry.operation) == ("create", "incident.create")
    assert entry.changes["severity"] == {"new": "P3"}
    assert "declined" not in str(entry.changes)
    assert "Payments" not in str(entry.changes)
    assert AuditEntry.objects.filter(reference_type="affected_client", action="create").exists()


@pytest.mark.parametrize("role", [AM, CC])
def test_other_roles_may_not_create_incidents(api, role):
    api(role).post("/incidents/", body(), expect=403, code="role_not_permitted")
    assert not Incident.objects.exists()


def test_all_missing_and_unknown_fields_are_named_at_once(api):
    refused = api(IM).post("/incidents/", {"status": "closed", "urgency": "huge"}, expect=400, code="validation_error")

    required = {"reporter_id", "client_id", "title", "description", "category", "impact_level", "severity"}
    assert fields(refused) == {*required, "status", "urgency"}
    assert refused.json()["sop"] == [12]


def test_detection_is_now_unless_stated(api):
    before = timezone.now()
    shown = api(IM).post("/incidents/", body(), expect=201).json()
    detected = datetime.fromisoformat(shown["detected_at"])
    assert before <= detected <= timezone.now()


@pytest.mark.parametrize(
    ("reporter", "source"),
    [
        (CC, "client_reported"),
        (VC, "vendor_reported"),
        (TS, "internally_detected"),
        (AM, "internally_detected"),
    ],
)
def test_the_detection_source_follows_from_who_reports(api, reporter, source):
    person = UserFactory(role=reporter)
    own = {"client_id": person.client_id} if reporter == CC else {}
    given = body(reporter_id=person.pk, **own)
    assert api(IM).post("/incidents/", given, expect=201).json()["detection_source"] == source
    stated = {**given, "title": "Other", "detection_source": "emergency_maintenance"}
    assert api(IM).post("/incidents/", stated, expect=201).json()["detection_source"] == "emergency_maintenance"


@pytest.mark.parametrize("field", ["occurred_at", "detected_at"])
def test_a_person_records_nothing_older_than_a_year(api, field):
    long_ago = (timezone.now() - timedelta(days=367)).isoformat()
    refused = api(IM).post("/incidents/", body(**{field: long_ago}), expect=400, code="validation_error")
    assert field in fields(refused)
    assert "too_old" in codes(refused)


@pytest.mark.parametrize(
    ("occurred", "detected", "field"),
    [
        (None, timedelta(minutes=5), "detected_at"),
        (timedelta(0), timedelta(minutes=-5), "occurred_at"),
        (timedelta(minutes=5), None, "occurred_at"),
    ],
)
def test_times_are_in_order_and_not_in_the_future(api, occurred, detected, field):
    now = datetime.now(UTC)
    times = {"occurred_at": occurred, "detected_at": detected}
    stated = {name: (now + shift).isoformat() for name, shift in times.items() if shift is not None}
    refused = api(IM).post("/incidents/", body(**stated), expect=400, code="validation_error")
    assert fields(refused) == {field}


def _references() -> dict[str, Any]:
    return {
        "client_id": lambda: ClientFactory(status=ClientStatus.SUSPENDED).pk,
        "reporter_id": lambda: UserFactory(status=UserStatus.ON_LEAVE).pk,
        "assigned_manager_id": lambda: UserFactory(status=UserStatus.INACTIVE).pk,
        "assigned_to_id": lambda: UserFactory(role=TS, status=UserStatus.SUSPENDED).pk,
        "affected_client_ids": lambda: [ClientFactory(status=ClientStatus.INACTIVE).pk],
    }


@pytest.mark.parametrize("field", list(_references()))
def test_references_must_be_active(api, field):
    refused = api(IM).post("/incidents/", body(**{field: _references()[field]()}), expect=400)
    assert refused.json()["code"] == "invalid_reference"
    assert fields(refused) == {field}


@pytest.mark.parametrize("field", [*_references(), "component_id"])
def test_references_must_exist(api, field):
    value = [987_654] if field == "affected_client_ids" else 987_654
    refused = api(IM).post("/incidents/", body(**{field: value}), expect=400, code="invalid_reference")
    assert fields(refused) == {field}


@pytest.mark.parametrize(
    ("field", "role"), [("assigned_manager_id", TS), ("assigned_manager_id", EX), ("assigned_to_id", AM)]
)
def test_assigned_people_must_have_a_suitable_role(api, field, role):
    refused = api(IM).post("/incidents/", body(**{field: UserFactory(role=role).pk}), expect=400)
    assert refused.json()["code"] == "invalid_reference"
    assert fields(refused) == {field}


def test_the_system_principal_reports_nothing(api):
    refused = api(IM).post("/incidents/", body(reporter_id=0), expect=400, code="invalid_reference")
    assert fields(refused) == {"reporter_id"}


def test_a_component_may_have_any_status_and_need_not_be_subscribed(api):
    component = ComponentFactory(status=ComponentStatus.OFFLINE)
    api(IM).post("/incidents/", body(component_id=component.pk), expect=201)


def test_a_client_contact_reports_for_the_own_client_only(api):
    contact = UserFactory(role=CC)
    refused = api(IM).post("/incidents/", body(reporter_id=contact.pk), expect=400, code="invalid_reference")
    assert fields(refused) == {"reporter_id"}
    api(IM).post("/incidents/", body(reporter_id=contact.pk, client_id=contact.client_id), expect=201)


class TestSeverity:
    def test_facts_alone_set_the_severity_and_are_stored(self, api):
        facts = {"major_degradation": True, "has_workaround": True, "affected_clients": 2}
        given = without(body(classification=facts), "severity")
        shown = api(TS).post("/incidents/", given, expect=201).json()
        assert (shown["severity"], shown["peak_severity"]) == ("P2", "P2")
        assert shown["severity_rule"] == "major_degradation"
        assert shown["classification"] == facts

    def test_a_stated_severity_must_agree_with_the_facts(self, api):
        given = body(severity="P4", classification={"complete_outage": True})
        refused = api(TS).post("/incidents/", given, expect=422, code="severity_mismatch")
        item = refused.json()["errors"][0]
        assert (item["field"], item["severity"], item["rule"]) == ("severity", "P2", "complete_outage")
        assert not Incident.objects.exists()
        api(TS).post("/incidents/", {**given, "severity": "P2"}, expect=201)

    @pytest.mark.parametrize("role", [IM, TS, EX])
    def test_the_classified_severity_cannot_be_overridden_at_creation(self, api, role):
        facts = {"complete_outage": True, "business_critical": True}
        given = body(severity="P4", classification=facts, severity_override_reason="A drill.")
        refused = api(role).post("/incidents/", given, expect=422, code="severity_mismatch")
        item = refused.json()["errors"][0]
        assert (item["severity"], item["rule"]) == ("P1", "critical_outage_without_workaround")
        assert not Incident.objects.exists()
        shown = api(role).post("/incidents/", without(given, "severity"), expect=201).json()
        assert (shown["severity"], shown["peak_severity"]) == ("P1", "P1")

    def test_a_higher_severity_may_be_stated(self, api):
        given = body(severity="P1", classification={"localized": True})
        shown = api(TS).post("/incidents/", given, expect=201).json()
        assert (shown["severity"], shown["severity_rule"]) == ("P1", "stated")
        assert shown["severity_rested_on_facts"] is False

    def test_a_severity_without_any_fact_is_stated(self, api):
        shown = api(TS).post("/incidents/", body(severity="P2"), expect=201).json()
        assert (shown["severity"], shown["severity_rule"]) == ("P2", "stated")
        assert shown["severity_rested_on_facts"] is False

    def test_a_duplicate_is_reported_before_a_mismatch(self, api):
        given = body(classification={"localized": True})
        caller = api(TS)
        caller.post("/incidents/", given, expect=201)
        caller.post("/incidents/", {**given, "severity": "P4"}, expect=409, code="duplicate_open_incident")

    def test_severity_or_facts_must_be_given(self, api):
        refused = api(IM).post("/incidents/", without(body(), "severity"), expect=400, code="validation_error")
        assert fields(refused) == {"severity"}

    def test_unknown_facts_are_refused(self, api):
        refused = api(IM).post("/incidents/", body(classification={"gut_feeling": True}), expect=400)
        assert fields(refused) == {"classification.gut_feeling"}


class TestDuplicates:
    def test_same_client_component_and_category(self, api):
        open_one = IncidentFactory(component=ComponentFactory())
        given = body(client_id=open_one.client_id, component_id=open_one.component_id, title="Quite another title")
        refused = api(IM).post("/incidents/", given, expect=409, code="duplicate_open_incident")
        item = refused.json()["errors"][0]
        assert (item["existing_id"], item["incident_code"]) == (open_one.pk, open_one.incident_code)
        assert Incident.objects.count() == 1

    def test_without_component_the_folded_title_counts(self, api):
        open_one = IncidentFactory(title="Payments fail", status="escalated")
        given = body(client_id=open_one.client_id, title=" PAYMENTS   FAIL")
        api(IM).post("/incidents/", given, expect=409, code="duplicate_open_incident")
        api(IM).post("/incidents/", {**given, "title": "Payments are slow"}, expect=201)

    @pytest.mark.parametrize("differs", ["client_id", "component_id", "category"])
    def test_another_client_component_or_category_is_another_incident(self, api, differs):
        open_one = IncidentFactory(component=ComponentFactory())
        same = {"client_id": open_one.client_id, "component_id": open_one.component_id, "category": open_one.category}
        other = {"client_id": ClientFactory().pk, "component_id": ComponentFactory().pk, "category": "network_issue"}
        api(IM).post("/incidents/", body(**{**same, differs: other[differs]}), expect=201)

    @pytest.mark.parametrize("status", ["resolved", "closed"])
    def test_a_resolved_or_closed_one_is_no_duplicate(self, api, status):
        now = timezone.now()
        times = {"resolved_at": now, "closed_at": now if status == "closed" else None}
        old = IncidentFactory(component=ComponentFactory(), status=status, **times)
        api(IM).post("/incidents/", body(client_id=old.client_id, component_id=old.component_id), expect=201)


class TestVendorContacts:
    def _own(self) -> tuple[Any, Any, Any]:
        contact = UserFactory(role=VC)
        component = ComponentFactory(product__vendor=contact.vendor)
        subscription = SubscriptionFactory(product=component.product)
        return contact, component, subscription.client

    def test_create_on_components_of_the_own_vendor(self, api):
        contact, component, client = self._own()
        given = body(client_id=client.pk, reporter_id=contact.pk, component_id=component.pk)
        shown = api(contact).post("/incidents/", given, expect=201).json()
        assert Incident.objects.get(pk=shown["id"]).vendor_initiated

    def test_must_name_a_component(self, api):
        contact, _, client = self._own()
        given = body(client_id=client.pk, reporter_id=contact.pk)
        refused = api(contact).post("/incidents/", given, expect=403, code="out_of_scope")
        assert fields(refused) == {"component_id"}

    def test_may_name_those_who_will_work_on_it(self, api):
        contact, component, client = self._own()
        manager = UserFactory(role=IM)
        given = body(client_id=client.pk, component_id=component.pk, reporter_id=UserFactory(role=TS).pk)
        shown = api(contact).post("/incidents/", {**given, "assigned_manager_id": manager.pk}, expect=201).json()
        api(manager).patch(f"/incidents/{shown['id']}/", {"status": "in_progress"}, expect=200)

    @pytest.mark.parametrize("field", ["component_id", "client_id", "reporter_id", "assigned_manager_id"])
    def test_contacts_cannot_reference_unreadable_records(self, api, field):
        contact, component, client = self._own()
        foreign = {
            "component_id": ComponentFactory().pk,
            "client_id": ClientFactory().pk,
            "reporter_id": UserFactory(role=CC).pk,
            "assigned_manager_id": UserFactory(role=VC).pk,
        }
        own = {"client_id": client.pk, "reporter_id": contact.pk, "component_id": component.pk}
        given = body(**{**own, field: foreign[field]})
        refused = api(contact).post("/incidents/", given, expect=400, code="invalid_reference")
        assert fields(refused) == {field}

    @pytest.mark.parametrize("field", ["assigned_manager_id", "assigned_to_id", "reporter_id"])
    def test_learn_nothing_of_staff_by_naming_them(self, api, field):
        """Suspended, of another role, of another vendor or of nobody: one answer."""
        contact, component, client = self._own()
        unfit = [
            UserFactory(role=IM, status="suspended"),
            UserFactory(role=TS, status="on_leave"),
            UserFactory(role=VC),
        ]
        if field != "reporter_id":
            unfit += [UserFactory(role=AM), UserFactory(role=EX)]
        own = {"client_id": client.pk, "reporter_id": contact.pk, "component_id": component.pk}
        answers = set()
        for pk in [*(each.pk for each in unfit), 10**9]:
            refused = api(contact).post("/incidents/", body(**{**own, field: pk}), expect=400)
            answers.add(str(refused.json()["errors"]))
        assert len(answers) == 1


def test_service_levels_are_stamped_at_creation(api, monkeypatch):
    seen = []
    monkeypatch.setitem(hooks.restamp, "incident", [lambda incident: seen.append(incident.pk)])
    shown = api(IM).post("/incidents/", body(), expect=201).json()
    assert seen == [shown["id"]]


@pytest.mark.parametrize("role", [IM, EX, VC])
@pytest.mark.parametrize("affects", [True, False])
def test_the_answer_to_a_creation_is_what_a_read_returns(api, role, affects):
    """It is built from what was written, without reading it again."""
    caller = UserFactory(role=role)
    component = ComponentFactory(product__vendor=caller.vendor)
    client = SubscriptionFactory(product=component.product).client
    AgreementFactory(subscription=client.subscriptions.get(), severity_level="P2")
    given = body(
        client_id=client.pk,
        component_id=component.pk if affects or role == VC else None,
        affected_client_ids=[ClientFactory().pk, SubscriptionFactory(product=component.product).client_id],
        classification={"localized": True, "affected_clients": 3.0},
        severity="P2",
        occurred_at="2026-01-31T23:30:00.5+02:00" if role == EX else None,
        detected_at=f"{(timezone.now() - timedelta(hours=9)).replace(tzinfo=None).isoformat()}-05:00"
        if affects
        else None,
        reporter_id=caller.pk,
    )
    if role == VC:
        given["affected_client_ids"] = given["affected_client_ids"][1:]
    kept = {name: value for name, value in given.items() if value is not None}
    kept = kept if affects else without(kept, "affected_client_ids", "occurred_at")
    created = api(caller).post("/incidents/", kept, expect=201)
    read = api(caller).get(f"/incidents/{created.json()['id']}/", expect=200)
    assert created.json() == read.json()
    assert created.headers["ETag"] == read.headers["ETag"]


def test_a_plain_creation_costs_seven_statements(api):
    caller = api(IM)
    caller.get("/me/", expect=200)
    component = ComponentFactory()
    assigned = {"assigned_manager_id": caller.user.pk, "assigned_to_id": UserFactory(role=TS).pk}
    given = body(component_id=component.pk, **assigned)
    with capture() as queries:
        caller.post("/incidents/", given, expect=201)
    assert len(statements(queries)) <= 7, statements(queries)


def test_creation_costs_a_bounded_number_of_statements(api):
    caller = api(IM)
    caller.get("/me/", expect=200)
    given = body(
        component_id=ComponentFactory().pk,
        assigned_manager_id=UserFactory().pk,
        assigned_to_id=UserFactory(role=TS).pk,
        affected_client_ids=[ClientFactory().pk],
        classification={"localized": True},
    )
    with capture() as queries:
        caller.post("/incidents/", given, expect=201)
    # PostgreSQL locks the clients whose agreements decide the due times; SQLite has one writer anyway.
    allowed = 10 if connection.vendor == "postgresql" else 9
    assert len(statements(queries)) <= allowed, statements(queries)
    assert codes(caller.post("/incidents/", given, expect=409)) == {"duplicate_open_incident"}
