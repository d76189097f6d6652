"""What a page costs: at most 15 statements, as many for many records as for few, and no table read as a whole."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from benchmarks.rows import multiply
from incidents.models import Incident
from tests.api import capture, statements
from tests.console.kinds import ERRORS, kinds_of_pages, lists
from tests.console.world import browser
from tests.incidents.factories import EscalationFactory, IncidentFactory, NoteFactory
from tests.users.factories import UserFactory
from users.choices import CC, EX, IM

MOST = 15
# A verification reads the whole trail, type by type: that is what it is for.
READS_ALL = {"verification"}
CLOSED, OPEN = 70_000, 30_000
# Lists count, and the search looks, no further than about this: see BoundedPaginator, SEARCHED_EACH.
MOST_ROWS = 10_001


def cost(visitor: Any, pages: dict[str, str]) -> dict[str, int]:
    found = {}
    for name, address in pages.items():
        with capture() as queries:
            answer = visitor.get(address)
        assert answer.status_code == ERRORS.get(name, 200), (name, answer.text)
        found[name] = len(statements(queries))
    return found


def test_a_page_takes_few_statements_and_no_more_for_more_records(db: None) -> None:
    manager = UserFactory(role=IM)
    visitor, pages = browser(manager), kinds_of_pages(manager) | lists()
    cost(visitor, pages)
    few = cost(visitor, pages)
    number = Incident.objects.order_by("pk").first().pk
    for _ in range(3):
        kinds_of_pages(manager)
        NoteFactory(incident_id=number, incident=None)
        EscalationFactory(incident_id=number, incident=None, target_user=manager)
    many = cost(visitor, pages)

    assert {name: (few[name], many[name]) for name in pages if few[name] != many[name]} == {}
    assert {name: count for name, count in many.items() if count > MOST and name not in READS_ALL} == {}


@pytest.fixture
def many_incidents(db: None) -> None:
    """100,000 incidents, a year of them, of which 30,000 are unresolved."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no plans with costs; the statements are the same")
    times = dict.fromkeys(("detected_at", "resolved_at", "closed_at"), timezone.now())
    moment = "now() - n * interval '5 minutes'"
    IncidentFactory(status="closed", **times)
    stamps = dict.fromkeys(("resolved_at", "closed_at"), f"{moment} + interval '1 hour'")
    multiply(Incident, CLOSED, open_key="'closed/' || n", detected_at=moment, created_at=moment, **stamps)
    IncidentFactory(assigned_to=None)
    multiply(Incident, OPEN, open_key="'open/' || n", detected_at=moment, created_at=moment)


def test_among_a_hundred_thousand_incidents_no_page_reads_them_all(many_incidents: None) -> None:
    client = IncidentFactory().client
    people = [UserFactory(role=IM), UserFactory(role=EX), UserFactory(role=CC, client=client)]
    pages = ["/console/?queue=all", "/console/", "/console/?queue=breached", "/console/incidents/incident/"]
    pages += ["/console/search/?q=payments", "/console/search/?q=nothing"]
    greedy = {}
    for person, address in product(people, pages):
        visitor = browser(person)
        with capture() as queries:
            assert visitor.get(address).status_code == 200
        asked = statements(queries)
        assert len(asked) <= MOST, address
        read = {sql: rows_read(sql) for sql in asked if sql.startswith("SELECT")}
        greedy |= {(person.role, address, sql): rows for sql, rows in read.items() if rows > MOST_ROWS}
    assert greedy == {}


def rows_read(sql: str) -> int:
    """How many incidents a statement reads, whether it uses them or not."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        return max((_read(each) for each in _nodes(cursor.fetchone()[0][0]["Plan"])), default=0)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _nodes(each)


def _read(node: dict[str, Any]) -> int:
    if node.get("Relation Name") != Incident._meta.db_table:
        return 0
    rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return int(rows * node["Actual Loops"])


def test_the_counts_of_the_dashboard_end_at_a_maximum(db: None) -> None:
    with capture() as queries:
        browser(UserFactory(role=IM)).get("/console/")
    tiles, matrix = sorted((sql for sql in statements(queries) if ") counted)" in sql), key=len)

    assert (tiles.count("LIMIT 501"), matrix.count("LIMIT 501")) == (4, 12)
