"""Any list as a table: CSV by Accept, streamed, under the same scope, filters and refusals as its pages."""

import csv
import io
import json
import logging

import pytest
import time_machine
from django.db import OperationalError, connection
from django.http import StreamingHttpResponse

from audit.models import AuditEntry
from core.context import current
from core.formats.csv_table import cell
from core.reading import collections
from tests.api import BASE, Api, capture, fields, statements
from tests.clients.factories import AgreementFactory, SubscriptionFactory
from tests.core.reads import LISTS, SINGLES, opened, reader, rows_of
from tests.incidents.factories import EventFactory, IncidentFactory
from tests.knowledge.factories import ArticleFactory
from tests.products.factories import ComponentFactory, ProductFactory
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import CC, EX, IM, TS, VC
from vendors.serializers import VendorOutput

pytestmark = pytest.mark.django_db

TABLE = {"Accept": "text/csv"}


def text_of(response) -> str:
    return response.getvalue().decode("utf-8")


def table_of(response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text_of(response), newline="")))


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(collections, "BATCH", 2)


@pytest.mark.parametrize("path", LISTS)
def test_every_list_comes_as_a_table_of_the_same_rows(path):
    caller, address = reader(), opened(path)
    shown = {row["id"]: row for row in rows_of(caller.get(f"{address}?page_size=200", expect=200))}

    answer = caller.get(address, expect=200, **TABLE)

    assert isinstance(answer, StreamingHttpResponse)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="{path.strip("/").rpartition("/")[2]}.csv"'
    assert "Accept" in answer["Vary"]
    table = table_of(answer)
    assert shown
    assert set(shown) <= {int(row["id"]) for row in table}
    for row in table:
        expected = shown.get(int(row["id"]), row)
        assert {name: cell(value) for name, value in expected.items()} == row or expected is row


@pytest.mark.parametrize("ordering", ["", "?ordering=vendor_name", "?ordering=-created_at", "?ordering=id"])
@pytest.mark.usefixtures("small_batches")
def test_a_table_holds_everything_in_the_order_asked_for(ordering):
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False):
        for index in range(7):
            VendorFactory(vendor_name=f"Name {index % 3}-{index}")
    caller = reader()

    table = table_of(caller.get(f"/vendors/{ordering}", expect=200, **TABLE))

    expected = [str(row["id"]) for row in rows_of(caller.get(f"/vendors/{ordering}", expect=200))]
    assert [row["id"] for row in table] == expected
    assert len(expected) == 7


@pytest.mark.usefixtures("small_batches")
def test_it_is_read_in_batches_and_its_relations_too():
    VendorFactory.create_batch(5)
    caller = reader()

    with capture() as queries:
        answer = caller.get("/vendors/?fields=id&expand=created_by", expect=200, **TABLE)
        begun = len([each for each in statements(queries) if 'FROM "vendors_vendor"' in each])
        assert len(table_of(answer)) == 5

    read = [each for each in statements(queries) if 'FROM "vendors_vendor"' in each]
    assert (begun, len(read)) == (1, 3)
    assert all("LIMIT 3" in each and "OFFSET" not in each for each in read)
    assert len([each for each in statements(queries) if 'WHERE "users_user"."id" IN' in each]) == 3


@pytest.mark.usefixtures("small_batches")
def test_filters_search_and_scope_hold_to_the_end(api):
    contact = UserFactory(role=VC)
    VendorFactory.create_batch(3, status="inactive")
    for index in range(3):
        VendorFactory(vendor_name=f"Nimbus {index}")

    everything = table_of(api(EX).get("/vendors/?status=active&search=nimbus", expect=200, **TABLE))
    own = table_of(api(contact).get("/vendors/", expect=200, **TABLE))

    assert [row["vendor_name"] for row in everything] == ["Nimbus 2", "Nimbus 1", "Nimbus 0"]
    assert [row["id"] for row in own] == [str(contact.vendor_id)]


def test_columns_are_those_that_the_viewer_sees_or_asks_for(api):
    contact = UserFactory(role=CC)
    IncidentFactory(client=contact.client, classification={"localized": True})

    (whole,) = table_of(api(contact).get("/incidents/", expect=200, **TABLE))
    assert not {"classification", "severity_override_reason", "imported_violations"} & set(whole)
    (some,) = table_of(api(EX).get("/incidents/?fields=title,id&expand=client", expect=200, **TABLE))
    assert list(some) == ["title", "id", "client"]
    assert json.loads(some["client"])["id"] == contact.client_id
    subscription = SubscriptionFactory(product=ProductFactory(vendor=(vendor := UserFactory(role=VC)).vendor))
    (named,) = table_of(api(vendor).get("/clients/", expect=200, **TABLE))
    assert named == {"id": str(subscription.client_id), "name": subscription.client.name}


def test_values_are_spelled_as_in_json(api):
    ComponentFactory(ports=[22, 443])
    AgreementFactory(availability_target="99.900")
    EventFactory(attributes={"host": "db-1", "größe": [1, None]})
    caller = api(EX)

    (component,) = table_of(caller.get("/components/", expect=200, **TABLE))
    assert component["ports"] == "[22,443]"
    (agreement,) = table_of(caller.get("/sla-agreements/?fields=availability_target,created_at", expect=200, **TABLE))
    assert agreement["availability_target"] == "99.9"
    assert agreement["created_at"].endswith("Z")
    (event,) = table_of(caller.get("/events/", expect=200, **TABLE))
    assert json.loads(event["attributes"]) == {"host": "db-1", "größe": [1, None]}
    assert event["client_id"] == ""


def test_an_empty_list_consists_of_the_header(api):
    assert text_of(api(EX).get("/vendors/?id=987654&fields=id,status", expect=200, **TABLE)) == "id,status\r\n"


FORMULAS = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "=cmd|' /C calc'!A0"),
    *("\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM(A1)"),
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_is_never_a_formula(api, text):
    incident = IncidentFactory(description=text, downtime_minutes=None)
    (row,) = table_of(api(EX).get(f"/incidents/?id={incident.pk}", expect=200, **TABLE))
    assert row["description"] == f"'{text}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(-5, "-5"), (-1.5, "-1.5"), (True, "true"), (None, ""), ("", ""), ("a=b", "a=b"), ({"a": "=1"}, '{"a":"=1"}'),
     (["-1"], '["-1"]')],
)  # fmt: skip
def test_numbers_stay_numbers(value, shown):
    assert cell(value) == shown


def test_lines_and_quotes_survive(api):
    text = 'first, "second"\nthird; ünïcödé 😀'
    incident = IncidentFactory(description=text)
    (row,) = table_of(api(EX).get(f"/incidents/?id={incident.pk}", expect=200, **TABLE))
    assert row["description"] == text


@pytest.mark.parametrize("query", ["page_size=10", "page=1", "cursor=x", "cursor=", "page_size=0"])
def test_a_table_has_no_pages(api, query):
    refused = api(EX).get(f"/vendors/?{query}", expect=400, code="invalid_filter", **TABLE)
    assert fields(refused) == {query.partition("=")[0]}


@pytest.mark.parametrize(
    "query", ["colour=1", "status=gone", "fields=colour", "expand=colour", "ordering=x", "search=%00"]
)
def test_refusals_are_problem_documents_also_for_those_who_accept_only_tables(api, query):
    refused = api(EX).get(f"/vendors/?{query}", expect=400, code="invalid_filter", **TABLE)
    assert refused["Content-Type"] == "application/problem+json"
    assert fields(refused) == {query.partition("=")[0]}


def test_other_refusals_too(api):
    for caller, path, status in ((api(), "/vendors/", 401), (api(TS), "/audit-entries/", 403)):
        assert caller.get(path, expect=status, **TABLE)["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("accept", ["application/xml", "text/html", "image/*"])
def test_other_types_are_not_acceptable_as_before(api, accept):
    api(EX).get("/vendors/", expect=406, code="not_acceptable", Accept=accept)


@pytest.mark.parametrize("path", SINGLES)
def test_a_single_record_is_no_table(path):
    reader().get(opened(path), expect=406, code="not_acceptable", **TABLE)


@pytest.mark.parametrize("accept", ["*/*", "application/json, text/csv", "text/csv;q=0.5, application/json"])
def test_json_comes_first_where_both_are_accepted(api, accept):
    assert api(EX).get("/vendors/", expect=200, Accept=accept)["Content-Type"] == "application/json"


def test_the_reading_is_in_the_trail_before_the_first_byte(api):
    VendorFactory()
    caller = api(EX)

    answer = caller.get("/vendors/?status=active", expect=200, **TABLE)

    entry = AuditEntry.objects.filter(origin="discovery").latest("id")
    assert (entry.reference_type, entry.meta["filters"]) == ("vendor", {"status": "active"})
    assert len(table_of(answer)) == 1


@pytest.mark.usefixtures("small_batches")
def test_later_batches_are_read_in_the_same_context(api, monkeypatch):
    VendorFactory.create_batch(5)
    caller, acts = api(EX), []
    shown = VendorOutput.named

    def named(rows, names):
        acts.append((current().actor, current().request_id))
        return shown(rows, names)

    monkeypatch.setattr(VendorOutput, "named", named)
    answer = caller.get("/vendors/", expect=200, **TABLE, **{"X-Request-ID": "request-7"})
    assert len(acts) == 1
    assert len(table_of(answer)) == 5
    assert acts == [(caller.user, "request-7")] * 3


def broken_from(number: int, monkeypatch) -> None:
    """Representing a batch fails from this one on."""
    shown, calls = VendorOutput.named, []

    def named(rows, names):
        calls.append(1)
        if len(calls) >= number:
            raise OperationalError("the database is gone")
        return shown(rows, names)

    monkeypatch.setattr(VendorOutput, "named", named)


@pytest.mark.usefixtures("small_batches")
def test_early_errors_are_refused_and_late_ones_abort_the_transfer(api, monkeypatch, caplog):
    VendorFactory.create_batch(5)
    caller = api(EX)
    broken_from(1, monkeypatch)
    refused = caller.get("/vendors/", expect=503, code="database_unavailable", **TABLE)
    assert refused["Content-Type"] == "application/problem+json"

    monkeypatch.undo()
    monkeypatch.setattr(collections, "BATCH", 2)
    broken_from(2, monkeypatch)
    answer = caller.get("/vendors/", expect=200, **TABLE)
    pieces = iter(answer.streaming_content)
    assert next(pieces).count(b"\r\n") == 3
    with caplog.at_level(logging.ERROR, "ims.streams"), pytest.raises(OperationalError):
        next(pieces)
    assert [record.message for record in caplog.records if record.name == "ims.streams"] == ["table transfer failed"]


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has no pool, and keeps its memory open")
@pytest.mark.usefixtures("committed", "small_batches")
def test_a_slow_reader_keeps_no_connection_from_others():
    VendorFactory.create_batch(5)
    pieces = iter(Api(UserFactory(role=EX)).get("/vendors/?fields=id", expect=200, **TABLE).streaming_content)

    held = []
    for piece in pieces:
        assert piece
        held.append(connection.connection is not None)
    assert held == [False, False, False]


@pytest.mark.usefixtures("small_batches")
def test_a_head_request_reads_only_the_first_batch():
    VendorFactory.create_batch(5)
    caller = reader()

    with capture() as queries:
        answer = caller.client.head(f"{BASE}/vendors/", headers={**caller.headers, **TABLE})
        assert b"".join(answer.streaming_content) == b""

    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert len([each for each in statements(queries) if 'FROM "vendors_vendor"' in each]) == 1


@pytest.mark.usefixtures("small_batches")
def test_a_reader_who_leaves_ends_the_reading(api, caplog):
    VendorFactory.create_batch(5)
    answer = api(EX).get("/vendors/", expect=200, **TABLE)
    pieces = iter(answer.streaming_content)
    next(pieces)

    with capture() as queries:
        answer.close()
    assert statements(queries) == []
    assert "transfer failed" not in caplog.text


def test_ranked_articles_come_in_the_order_of_the_list(api):
    made = [ArticleFactory(title=f"Restart the gateway {index}", status="published") for index in range(3)]
    table = table_of(api(IM).get("/knowledge-articles/?search=gateway&fields=id", expect=200, **TABLE))
    assert [int(row["id"]) for row in table] == [each.pk for each in reversed(made)]
