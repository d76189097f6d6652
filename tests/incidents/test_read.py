"""SOP 1: finding and reading incidents, and who may."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from incidents.models import Incident
from tests.api import capture, fields, statements
from tests.clients.factories import ClientFactory, SubscriptionFactory
from tests.incidents.factories import AffectedClientFactory, IncidentFactory, NoteFactory
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db


def ids(answer):
    return [row["id"] for row in answer.json()["results"]]


class TestScope:
    @pytest.mark.parametrize("role", [IM, TS, SA, AM, EX])
    def test_staff_read_everything(self, api, role):
        incidents = [IncidentFactory(), IncidentFactory(component=ComponentFactory())]
        assert ids(api(role).get("/incidents/", expect=200)) == [each.pk for each in reversed(incidents)]

    def test_a_client_contact_reads_where_the_own_client_is_concerned(self, api):
        contact = UserFactory(role=CC)
        own = IncidentFactory(client=contact.client)
        affecting = AffectedClientFactory(client=contact.client).incident
        removed = AffectedClientFactory(client=contact.client, removed_at=timezone.now()).incident
        caller = api(contact)
        assert ids(caller.get("/incidents/")) == [affecting.pk, own.pk]
        caller.get(f"/incidents/{removed.pk}/", expect=404, code="not_found")

    def test_a_vendor_contact_reads_those_on_the_own_vendors_components(self, api):
        contact = UserFactory(role=VC)
        own = IncidentFactory(component=ComponentFactory(product__vendor=contact.vendor))
        IncidentFactory(component=ComponentFactory())
        IncidentFactory()
        assert ids(api(contact).get("/incidents/")) == [own.pk]

    def test_a_client_contact_sees_neither_inner_reasoning_nor_other_clients(self, api):
        contact = UserFactory(role=CC)
        incident = IncidentFactory(severity_override_reason="inner", classification={"localized": True})
        AffectedClientFactory(incident=incident, client=contact.client)
        AffectedClientFactory(incident=incident)
        shown = api(contact).get(f"/incidents/{incident.pk}/", expect=200).json()
        assert not {"severity_override_reason", "classification", "root_cause_undetermined_reason"} & set(shown)
        assert shown["affected_client_ids"] == [contact.client_id]
        assert shown["client_name"] is None

    def test_a_vendor_contact_sees_names_of_clients_in_scope(self, api):
        contact = UserFactory(role=VC)
        component = ComponentFactory(product__vendor=contact.vendor)
        subscribed = SubscriptionFactory(product=component.product).client
        incident = IncidentFactory(component=component, client=subscribed)
        AffectedClientFactory(incident=incident)
        shown = api(contact).get(f"/incidents/{incident.pk}/", expect=200).json()
        assert (shown["client_name"], shown["affected_client_ids"]) == (subscribed.name, [])

    @pytest.mark.parametrize("role", [CC, VC])
    def test_scopes_can_be_locked(self, role):
        """Rows are locked through the scope; a join with DISTINCT would be refused by PostgreSQL."""
        contact = UserFactory(role=role)
        list(Incident.objects.visible_to(contact).select_for_update(of=("self",)))


class TestFilters:
    def test_each_filter_finds_its_own(self, api):
        now = timezone.now()
        wanted = IncidentFactory(
            component=ComponentFactory(),
            category="api_error",
            severity="P1",
            status="in_progress",
            urgency="high",
            impact_level="critical",
            is_recurring=True,
            detection_source="vendor_reported",
            assigned_manager=UserFactory(),
            assigned_to=UserFactory(role=TS),
            acknowledged_at=now,
            downtime_minutes=90,
        )
        IncidentFactory()
        caller = api(IM)
        for query in (
            "status=in_progress",
            "status__in=in_progress,escalated",
            "severity=P1",
            "severity__in=P1,P2",
            f"client_id={wanted.client_id}",
            f"component_id={wanted.component_id}",
            f"component_id__in={wanted.component_id},987654",
            "category=api_error",
            f"assigned_manager_id={wanted.assigned_manager_id}",
            f"assigned_to_id={wanted.assigned_to_id}",
            f"reporter_id={wanted.reporter_id}",
            "detection_source=vendor_reported",
            "is_recurring=true",
            "impact_level=critical",
            "urgency=high",
            f"assigned_to_id__in={wanted.assigned_to_id}",
            "downtime_minutes__gte=60",
            f"acknowledged_at__lte={(now + timedelta(hours=1)).strftime('%Y-%m-%dT%H:%M:%SZ')}",
            f"incident_code={wanted.incident_code}",
            f"incident_code={wanted.incident_code.lower()}",
        ):
            assert ids(caller.get(f"/incidents/?{query}", expect=200)) == [wanted.pk], query

    def test_times_are_ranges(self, api):
        old = IncidentFactory(detected_at=timezone.now() - timedelta(days=30))
        new = IncidentFactory()
        bound = (timezone.now() - timedelta(days=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert ids(api(IM).get(f"/incidents/?detected_at__gte={bound}")) == [new.pk]
        assert ids(api(IM).get(f"/incidents/?detected_at__lte={bound}")) == [old.pk]

    @pytest.mark.parametrize(
        ("query", "field"),
        [("incident_code=INC-7", "incident_code"), ("status=lost", "status"), ("colour=red", "colour")],
    )
    def test_unknown_filters_and_values_are_refused(self, api, query, field):
        refused = api(IM).get(f"/incidents/?{query}", expect=400, code="invalid_filter")
        assert fields(refused) == {field}

    def test_an_unknown_code_finds_nothing(self, api):
        IncidentFactory()
        assert ids(api(IM).get("/incidents/?incident_code=INC-99999999", expect=200)) == []

    def test_search_looks_into_title_and_description(self, api):
        wanted = IncidentFactory(title="Ledger import", description="stalls at night")
        IncidentFactory()
        assert ids(api(IM).get("/incidents/?search=night+LEDGER")) == [wanted.pk]

    def test_ordering(self, api):
        first, second = IncidentFactory(), IncidentFactory()
        assert ids(api(IM).get("/incidents/?ordering=id")) == [first.pk, second.pk]
        assert ids(api(IM).get("/incidents/?ordering=-updated_at")) == [second.pk, first.pk]


def test_discovery_distinguishes_one_from_many(api):
    one = IncidentFactory(title="Alone", severity="P1")
    IncidentFactory()
    found = api(AM).get("/discovery/?entity_type=incident&severity=P1", expect=200).json()
    assert (found["match"], found["results"][0]["incident_code"]) == ("one", one.incident_code)
    assert api(AM).get("/discovery/?entity_type=incident").json()["match"] == "many"


class TestCost:
    def test_a_list_of_fifty_costs_at_most_three_statements(self, api):
        client, component = ClientFactory(), ComponentFactory()
        for _ in range(51):
            AffectedClientFactory(incident__client=client, client=client)
        IncidentFactory(component=component)
        caller = api(IM)
        caller.get("/me/", expect=200)
        with capture() as queries:
            answer = caller.get("/incidents/?status=open&severity=P3", expect=200)
        assert len(ids(answer)) == 50
        assert len(statements(queries)) <= 3, statements(queries)

    @pytest.mark.parametrize(("role", "most"), [(IM, 5), (CC, 8)])
    def test_a_single_one_costs_a_few_whatever_belongs_to_it(self, api, role, most):
        caller_account = UserFactory(role=role)
        incident = IncidentFactory(component=ComponentFactory(), **_client_of(caller_account))
        for _ in range(12):
            AffectedClientFactory(incident=incident)
            NoteFactory(incident=incident, public=True)
        caller = api(caller_account)
        caller.get("/me/", expect=200)
        with capture() as queries:
            shown = caller.get(f"/incidents/{incident.pk}/", expect=200).json()
        assert len(shown["notes"]) == 10
        assert len(statements(queries)) <= most, statements(queries)


def _client_of(account):
    return {"client": account.client} if account.client_id else {}


def test_filtered_lists_need_no_sorting(api):
    """The newest-first list by status and severity is read straight off its index."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's plan depends on the size of the table; benchmarks look at it")
    newest = Incident.objects.filter(status="open", severity="P1").order_by("-id")[:50]
    plan = newest.explain()
    assert "incident_status_severity" in plan
    assert "TEMP B-TREE" not in plan


def test_a_stretch_of_detections_is_found_by_its_index():
    """Filters and figures of a short period must not scan years of incidents."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        now = timezone.now()
        within = Incident.objects.filter(detected_at__gte=now - timedelta(days=30), detected_at__lt=now)
        assert "incident_detected" in within.order_by().explain()
