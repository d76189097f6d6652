"""SOP 22: Recording Performance Metrics."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from reporting.metrics.choices import MetricType
from reporting.metrics.models import Metric
from tests.api import codes, fields
from tests.clients.factories import ClientFactory
from tests.incidents.factories import IncidentFactory
from tests.products.factories import ComponentFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db

DETECTED = timezone.now().replace(microsecond=0) - timedelta(days=3)


def minutes(number):
    return timedelta(minutes=number)


def closed(**values):
    """A closed incident: occurred, ten minutes later detected, 15 later acknowledged, 90 after detection resolved."""
    times = {
        "occurred_at": DETECTED - minutes(10),
        "detected_at": DETECTED,
        "acknowledged_at": DETECTED + minutes(15),
        "resolved_at": DETECTED + minutes(90),
        "closed_at": DETECTED + minutes(200),
    }
    return IncidentFactory(status="closed", **{**times, **values})


def body(incident, metric_type, value=None, **more):
    stated = {} if value is None else {"calculated_value_minutes": value}
    return {"incident_id": incident.pk, "metric_type": metric_type, **stated, **more}


@pytest.mark.parametrize(
    ("metric_type", "expected"),
    [("mean_time_to_detect", 10), ("mean_time_to_acknowledge", 15), ("mean_time_to_resolve", 90)],
)
def test_times_are_derived_from_the_incident(api, metric_type, expected):
    answer = api(IM).post("/metrics/", body(closed(), metric_type), expect=201).json()

    assert answer["calculated_value_minutes"] == answer["derived_value"] == expected
    assert (answer["stated"], answer["derivable"], answer["matches"]) == (False, True, True)
    assert (answer["unit"], answer["target_minutes"], answer["target_met"]) == ("minutes", None, None)


@pytest.mark.parametrize(
    ("stated", "matches"), [(90, True), (90.99, True), (89.01, True), (91, False), (89, False), (0, False)]
)
def test_a_stated_value_is_stored_next_to_the_derived_one(api, stated, matches):
    answer = api(SA).post("/metrics/", body(closed(), "mean_time_to_resolve", stated), expect=201).json()

    assert (answer["calculated_value_minutes"], answer["derived_value"]) == (stated, 90)
    assert (answer["stated"], answer["matches"]) == (True, matches)


def test_a_value_that_cannot_be_derived_is_marked(api):
    incident = closed(occurred_at=None)
    answer = api(IM).post("/metrics/", body(incident, "mean_time_to_detect", 12), expect=201).json()

    assert answer["calculated_value_minutes"] == 12
    assert (answer["derivable"], answer["derived_value"], answer["matches"]) == (False, None, None)


@pytest.mark.parametrize(
    ("metric_type", "lacking", "values"),
    [
        ("mean_time_to_detect", "occurred_at_missing", {"occurred_at": None}),
        ("mean_time_to_acknowledge", "acknowledged_at_missing", {"acknowledged_at": None}),
        ("mean_time_between_failures", "no_other_incident", {}),
        ("mean_time_to_resolve", "resolved_at_missing", {"resolved_at": None, "imported_row": {}}),
        ("sla_breach_rate", "no_resolved_incident", {"resolved_at": None, "imported_row": {}}),
        (
            "mean_time_to_acknowledge",
            "times_not_ordered",
            {"acknowledged_at": DETECTED - minutes(1), "imported_row": {}},
        ),
    ],
)
def test_a_value_neither_stated_nor_derivable_is_refused(api, metric_type, lacking, values):
    refused = api(IM).post("/metrics/", body(closed(**values), metric_type), expect=422, code="calculation_failed")

    assert codes(refused) == {lacking}
    assert refused.json()["error_class"] == "calculation_failed"
    assert not Metric.objects.exists()


def test_time_between_failures_is_that_of_the_component(api):
    component = ComponentFactory()
    incident = closed(component=component)
    closed(component=component, detected_at=DETECTED + minutes(30), acknowledged_at=None)
    IncidentFactory(component=component, detected_at=DETECTED + minutes(100))
    closed(client=incident.client, detected_at=DETECTED + minutes(77), acknowledged_at=None)

    answer = api(IM).post("/metrics/", body(incident, "mean_time_between_failures", target_minutes=60), expect=201)

    assert answer.json()["derived_value"] == 50
    assert answer.json()["target_met"] is False


def test_without_a_component_time_between_failures_is_that_of_the_client(api):
    client = ClientFactory()
    incident = closed(client=client)
    closed(client=client, component=ComponentFactory(), detected_at=DETECTED + minutes(60), acknowledged_at=None)
    closed(detected_at=DETECTED + minutes(5))

    answer = api(IM).post("/metrics/", body(incident, "mean_time_between_failures", target_minutes=60), expect=201)

    assert answer.json()["derived_value"] == 60
    assert answer.json()["target_met"] is True


def test_the_breach_rate_is_a_percentage_of_the_clients_resolved_incidents(api):
    client, component = ClientFactory(), ComponentFactory()
    incident = closed(client=client, component=component, sla_breach=True)
    closed(client=client, component=component, kept_by_pauses=True)
    closed(client=client, component=component)
    closed(client=client, sla_breach=True)
    closed(component=component, sla_breach=True)
    IncidentFactory(client=client, component=component, sla_breach=True)

    answer = api(IM).post("/metrics/", body(incident, "sla_breach_rate", 33, unit="percent"), expect=201).json()

    assert (answer["derived_value"], answer["matches"], answer["unit"]) == (33.33, True, "percent")
    assert answer["derived_without_pauses"] == 66.67


def test_without_a_component_the_breach_rate_is_of_all_the_client_has(api):
    client = ClientFactory()
    incident = closed(client=client)
    closed(client=client, component=ComponentFactory(), sla_breach=True)

    assert api(IM).post("/metrics/", body(incident, "sla_breach_rate"), expect=201).json()["derived_value"] == 50


@pytest.mark.parametrize("status", ["open", "in_progress", "escalated", "resolved"])
def test_only_closed_incidents_are_measured(api, status):
    resolved = {"resolved_at": timezone.now()} if status == "resolved" else {}
    incident = IncidentFactory(status=status, **resolved)

    refused = api(IM).post(
        "/metrics/", body(incident, "mean_time_to_resolve", 5), expect=409, code="precondition_failed"
    )

    assert codes(refused) == {"incident_not_closed"}
    assert refused.json()["errors"][0]["status"] == status


@pytest.mark.parametrize("role", [TS, AM, EX, VC, CC])
def test_other_roles_record_nothing(api, role):
    api(role).post("/metrics/", body(closed(), "mean_time_to_resolve"), expect=403, code="role_not_permitted")


@pytest.mark.parametrize("metric_type", ["MTTR", "mttr", "", "uptime", None])
def test_halt_on_an_invalid_metric(api, metric_type):
    refused = api(IM).post("/metrics/", body(closed(), metric_type, 5), expect=400, code="validation_error")

    assert fields(refused) == {"metric_type"}


@pytest.mark.parametrize(
    ("metric_type", "field", "more"),
    [
        ("mean_time_to_resolve", "unit", {"unit": "percent"}),
        ("sla_breach_rate", "unit", {"unit": "minutes"}),
        ("mean_time_to_resolve", "unit", {"unit": "hours"}),
        ("sla_breach_rate", "calculated_value_minutes", {"calculated_value_minutes": 100.01}),
        ("sla_breach_rate", "target_minutes", {"target_minutes": 101}),
        ("mean_time_to_resolve", "calculated_value_minutes", {"calculated_value_minutes": -1}),
        ("mean_time_to_resolve", "calculated_value_minutes", {"calculated_value_minutes": "90"}),
        ("mean_time_to_resolve", "calculated_value_minutes", {"calculated_value_minutes": None}),
        ("mean_time_to_resolve", "calculated_value_minutes", {"calculated_value_minutes": 1e12}),
        ("mean_time_to_resolve", "target_minutes", {"target_minutes": -1}),
        ("mean_time_to_resolve", "derived_value", {"derived_value": 1}),
    ],
)
def test_values_fit_their_unit(api, metric_type, field, more):
    refused = api(IM).post("/metrics/", body(closed(), metric_type, **more), expect=400)

    assert fields(refused) == {field}


def test_an_unknown_incident_is_an_invalid_reference(api):
    api(IM).post("/metrics/", {"incident_id": 10**9, "metric_type": "mean_time_to_resolve"}, expect=400)


def test_recording_leaves_its_entry(api):
    manager = api(IM)
    made = manager.post("/metrics/", body(closed(), "mean_time_to_resolve", 80), expect=201).json()

    entry = AuditEntry.objects.get(reference_type="metric", reference_id=made["id"])
    assert (entry.action, entry.user_id) == ("create", manager.user.pk)


@pytest.mark.parametrize(("role", "number"), [(TS, 1), (EX, 1), (AM, 1), (CC, 0), (VC, 0)])
def test_staff_read_metrics_and_contacts_do_not(api, role, number):
    incident = closed()
    api(IM).post("/metrics/", body(incident, "mean_time_to_resolve", 80), expect=201)

    found = api(role).get(f"/metrics/?incident_id={incident.pk}&matches=false", expect=200).json()["results"]

    assert len(found) == number


def test_every_type_of_the_policy_is_there_and_nothing_else():
    assert set(MetricType.values) == {
        "mean_time_to_detect",
        "mean_time_to_acknowledge",
        "mean_time_to_resolve",
        "mean_time_between_failures",
        "sla_breach_rate",
    }
