"""SOP 22: the analytics over recorded incidents: scopes, refused queries, JSON and CSV."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from audit.models import AuditEntry
from reporting.analytics.answer import analyse
from reporting.analytics.choices import MAX_INTERVALS
from reporting.analytics.question import read_question
from tests.api import capture, fields, statements
from tests.clients.factories import ClientFactory
from tests.ims.test_schema import misfits
from tests.incidents.factories import AffectedClientFactory, IncidentFactory
from tests.products.factories import ComponentFactory, ProductFactory
from tests.reporting.march import MARCH, NOON, resolved
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db


def measured(reader, query=MARCH):
    return reader.get(f"/analytics/?{query}", expect=200).json()


def opened(answer):
    return sum(group["total"]["opened"] for group in answer["groups"])


def test_figures_of_a_month_by_day(api):
    resolved(60, occurred_at=NOON - timedelta(minutes=5), acknowledged_at=NOON + timedelta(minutes=7), sla_breach=True)
    resolved(120)
    resolved(600, kept_by_pauses=True)
    IncidentFactory(detected_at=NOON + timedelta(days=1))

    answer = measured(api(IM))

    assert (answer["from"], answer["to"]) == ("2024-03-01T00:00:00Z", "2024-04-01T00:00:00Z")
    assert (answer["interval"], answer["group_by"]) == ("day", None)
    [group] = answer["groups"]
    assert (group["key"], group["label"]) == (None, None)
    assert len(group["intervals"]) == 31
    day, following = group["intervals"][4:6]
    assert day == {
        "start": "2024-03-05T00:00:00Z",
        "end": "2024-03-06T00:00:00Z",
        "mttd": {"incidents": 1, "mean": 5, "median": 5, "p90": 5},
        "mtta": {"incidents": 1, "mean": 7, "median": 7, "p90": 7},
        "mttr": {"incidents": 3, "mean": 260, "median": 120, "p90": 504},
        "sla_breach_rate": {
            "resolved": 3,
            "breached": 1,
            "percent": 33.33,
            "breached_without_pauses": 2,
            "percent_without_pauses": 66.67,
        },
        "opened": 3,
        "resolved": 3,
        "closed": 0,
        "backlog": 0,
    }
    assert (following["opened"], following["backlog"]) == (1, 1)
    assert following["mttr"] == {"incidents": 0, "mean": None, "median": None, "p90": None}
    assert group["intervals"][-1]["backlog"] == group["total"]["backlog"] == 1


def test_without_incidents_every_interval_is_there_and_empty(api):
    [group] = measured(api(EX))["groups"]

    assert len(group["intervals"]) == 31
    assert {(each["opened"], each["mttr"]["mean"]) for each in group["intervals"]} == {(0, None)}
    assert measured(api(EX), f"{MARCH}&group_by=client")["groups"] == []


def test_the_backlog_includes_earlier_open_incidents(api):
    IncidentFactory(detected_at=NOON - timedelta(days=300))
    resolved(detected_at=NOON - timedelta(days=40), resolved_at=NOON)

    backlog = [each["backlog"] for each in measured(api(TS))["groups"][0]["intervals"]]

    assert backlog == [2] * 4 + [1] * 27


def test_a_group_that_only_waits_is_shown(api):
    waiting = IncidentFactory(detected_at=NOON - timedelta(days=300))
    resolved(detected_at=NOON - timedelta(days=300), resolved_at=NOON - timedelta(days=299))

    [group] = measured(api(AM), f"{MARCH}&group_by=client&interval=month")["groups"]

    assert (group["key"], group["label"]) == (waiting.client_id, waiting.client.name)
    assert [each["backlog"] for each in group["intervals"]] == [1]


def test_groups_bear_the_names_of_their_records(api):
    component = ComponentFactory()
    resolved(component=component, severity="P1")
    resolved(severity="P2")
    reader = api(SA)

    by_product = measured(reader, f"{MARCH}&group_by=product")["groups"]
    by_severity = measured(reader, f"{MARCH}&group_by=severity")["groups"]

    assert [(each["key"], each["label"]) for each in by_product] == [
        (component.product_id, component.product.product_name),
        (None, None),
    ]
    assert [(each["key"], each["label"]) for each in by_severity] == [("P1", "P1"), ("P2", "P2")]
    assert [each["key"] for each in measured(reader, f"{MARCH}&group_by=category")["groups"]] == ["system_outage"]


def test_time_between_failures_of_components_and_products(api):
    product = ProductFactory()
    often, seldom = ComponentFactory(product=product), ComponentFactory(product=product)
    for hours in (0, 1, 5):
        resolved(component=often, detected_at=NOON - timedelta(hours=hours))
    resolved(component=seldom, detected_at=NOON - timedelta(hours=24))

    failed = measured(api(IM))["mtbf"]

    assert failed["components"] == [{"id": often.pk, "label": often.component_name, "incidents": 3, "mtbf": 150}]
    assert failed["products"] == [{"id": product.pk, "label": product.product_name, "incidents": 4, "mtbf": 480}]


@pytest.mark.parametrize(
    ("interval", "starts"),
    [
        ("week", ["2024-02-28T10:00:00Z", "2024-03-04T00:00:00Z", "2024-03-11T00:00:00Z"]),
        ("month", ["2024-02-28T10:00:00Z", "2024-03-01T00:00:00Z"]),
    ],
)
def test_intervals_are_those_of_the_calendar_cut_to_the_stretch(api, interval, starts):
    query = f"from=2024-02-28T11:00:00%2B01:00&to=2024-03-12T06:00:00Z&interval={interval}"
    shown = measured(api(IM), query)["groups"][0]["intervals"]

    assert [each["start"] for each in shown] == starts
    assert [each["end"] for each in shown] == [*starts[1:], "2024-03-12T06:00:00Z"]


@time_machine.travel("2024-03-05T18:30:00Z", tick=False)
def test_without_times_the_last_thirty_days_are_measured(api):
    resolved()
    answer = measured(api(IM), "")

    assert (answer["from"], answer["to"]) == ("2024-02-04T00:00:00Z", "2024-03-05T18:30:00Z")
    assert opened(answer) == 1


def test_a_client_contact_counts_the_own_clients_incidents_only(api):
    client = ClientFactory()
    reader = api(UserFactory(role=CC, client=client))
    component = ComponentFactory()
    resolved(client=client, component=component)
    resolved(client=client, component=component, detected_at=NOON - timedelta(hours=1))
    AffectedClientFactory(incident=resolved(), client=client)

    answer = measured(reader, f"{MARCH}&group_by=client")

    assert [(each["key"], each["label"]) for each in answer["groups"]] == [(client.pk, client.name)]
    assert opened(answer) == 2
    assert [(each["id"], each["label"]) for each in answer["mtbf"]["components"]] == [(component.pk, None)]


def test_a_vendor_contact_counts_incidents_on_the_own_products_only(api):
    vendor = VendorFactory()
    reader = api(UserFactory(role=VC, vendor=vendor))
    component = ComponentFactory(product=ProductFactory(vendor=vendor))
    resolved(component=component)
    resolved(component=ComponentFactory())
    resolved()

    answer = measured(reader, f"{MARCH}&group_by=product")

    assert [each["key"] for each in answer["groups"]] == [component.product_id]
    assert opened(answer) == 1
    assert [each["label"] for each in measured(reader, f"{MARCH}&group_by=client")["groups"]] == [None]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("interval=hour", "interval"),
        ("interval=", "interval"),
        ("group_by=vendor", "group_by"),
        ("from=yesterday", "from"),
        ("from=", "from"),
        ("to=2024-02-30", "to"),
        ("to=2024-3-1", "to"),
        ("from=0001-01-01", "from"),
        ("to=9999-12-31", "to"),
        ("from=2024-03-02T00:00:00Z&to=2024-03-02T00:00:00Z", "to"),
        ("from=2024-03-02&to=2024-03-01", "to"),
        ("from=2020-01-01&to=2024-03-01", "interval"),
        ("since=2024-03-01", "since"),
        ("page_size=5", "page_size"),
        ("from=2024-03-01%00", "from"),
    ],
)
def test_bad_questions_are_refused(api, query, field):
    refused = api(IM).get(f"/analytics/?{query}", expect=400, code="invalid_filter")

    assert fields(refused) == {field}


def test_the_longest_stretch_is_bounded_by_intervals(api):
    start = datetime(2020, 1, 1, tzinfo=UTC)
    fits = start + timedelta(days=MAX_INTERVALS)
    reader = api(IM)

    reader.get(f"/analytics/?from=2020-01-01&to={fits:%Y-%m-%dT%H:%M:%SZ}", expect=200)
    reader.get(f"/analytics/?from=2020-01-01&to={fits:%Y-%m-%dT%H:%M:%S}.1Z", expect=400, code="invalid_filter")
    assert len(measured(reader, "from=2000-01-01&to=2024-03-01&interval=month")["groups"][0]["intervals"]) == 291


def test_too_many_groups_are_refused_with_advice(api, monkeypatch):
    monkeypatch.setattr("reporting.analytics.figures.MAX_CELLS", 40)
    resolved()
    reader = api(IM)
    reader.get(f"/analytics/?{MARCH}&group_by=client", expect=200)
    resolved()

    refused = reader.get(f"/analytics/?{MARCH}&group_by=client", expect=400, code="invalid_filter")

    assert fields(refused) == {"group_by"}
    reader.get(f"/analytics/?{MARCH}&group_by=client&interval=month", expect=200)


@pytest.mark.parametrize("group_by", ["", "&group_by=client", "&group_by=product", "&group_by=severity"])
def test_the_number_of_statements_does_not_follow_the_data(api, group_by):
    reader = UserFactory(role=IM)
    question = read_question(dict(pair.split("=") for pair in f"{MARCH}{group_by}".split("&")))
    counts = []
    for _ in range(3):
        for _ in range(3):
            resolved(component=ComponentFactory())
        with capture() as queries:
            analyse(question, reader)
        asked = statements(queries)
        assert not [sql for sql in asked if "audit" in sql]
        counts.append(len(asked))

    assert len(set(counts)) == 1
    assert counts[0] <= 7


def test_measuring_leaves_its_entry_and_only_that(api):
    reader = api(TS)
    measured(reader, f"{MARCH}&group_by=severity")

    entry = AuditEntry.objects.get(user=reader.user, action="entity_discovery")
    assert entry.reference_type == "incident"
    assert entry.meta["filters"]["view"] == "analytics"
    assert entry.meta["filters"]["group_by"] == "severity"


def test_the_answer_fits_its_description(api):
    resolved(component=ComponentFactory())
    reader = api(IM)

    for group_by in ("client", "product", "severity", "category"):
        answer = reader.get(f"/analytics/?{MARCH}&interval=week&group_by={group_by}", expect=200)
        assert misfits("GET /analytics/", answer) == []
