"""SOP 22: the analytics as one table, in CSV."""

import csv
from datetime import timedelta
from io import StringIO

import pytest

from reporting.analytics.table import COLUMNS
from tests.clients.factories import ClientFactory
from tests.products.factories import ComponentFactory
from tests.reporting.march import MARCH, NOON, resolved
from users.choices import IM

pytestmark = pytest.mark.django_db


def rows_of(answer):
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(StringIO(answer.content.decode())))


def test_the_same_as_a_table(api):
    component = ComponentFactory()
    client = ClientFactory(name='=HYPERLINK(1), "Ltd"')
    resolved(60, client=client, component=component, sla_breach=True)
    resolved(90, client=client, component=component, detected_at=NOON - timedelta(minutes=30))
    reader = api(IM)

    rows = rows_of(reader.get(f"/analytics/?{MARCH}&group_by=client", expect=200, Accept="text/csv"))

    assert tuple(rows[0]) == COLUMNS
    lines = [row["line"] for row in rows]
    assert lines == ["interval"] * 31 + ["total", "component", "product"]
    day, total, failed = rows[4], rows[31], rows[32]
    assert day["label"] == "'" + client.name
    assert (day["start"], day["mttr_mean"], day["mttr_incidents"]) == ("2024-03-05T00:00:00Z", "90.0", "2")
    assert (day["sla_breach_rate_percent"], day["mttd_mean"], day["mtbf"]) == ("50.0", "", "")
    assert (total["key"], total["opened"], total["end"]) == (str(client.pk), "2", "2024-04-01T00:00:00Z")
    assert (failed["key"], failed["mtbf"], failed["mtbf_incidents"]) == (str(component.pk), "30.0", "2")
    assert failed["opened"] == ""


def test_a_refusal_stays_a_problem_document_where_a_table_was_asked_for(api):
    refused = api(IM).get("/analytics/?interval=hour", expect=400, code="invalid_filter", Accept="text/csv")

    assert refused["Content-Type"] == "application/problem+json"
    api(IM).get("/analytics/", expect=406, Accept="text/html")
