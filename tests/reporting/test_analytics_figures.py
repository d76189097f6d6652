"""SOP 22: every figure of the analytics against a plain computation over generated incidents."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporting.analytics.answer import analyse
from reporting.analytics.choices import GroupBy, Interval
from reporting.analytics.question import AnalyticsQuery
from tests.clients.factories import ClientFactory
from tests.incidents.factories import IncidentFactory
from tests.products.factories import ComponentFactory
from tests.reporting import naive
from tests.users.factories import UserFactory
from users.choices import IM

pytestmark = pytest.mark.django_db

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
WAYS = ("open", "in_progress", "resolved", "closed", "broken")


@st.composite
def lives(draw):
    """The times, place and kind of one incident, over about ten weeks; "broken" ones as old systems left them."""
    way = draw(st.sampled_from(WAYS))
    gap = st.integers(0, 12 * 24 * 3600).map(lambda seconds: timedelta(seconds=seconds, milliseconds=seconds % 7))
    detected = FIRST + draw(st.integers(0, 60 * 24).map(lambda hours: timedelta(hours=hours))) + draw(gap) / 20
    occurred = draw(st.none() | gap.map(lambda each: detected - each))
    acknowledged = draw(st.none() | gap.map(lambda each: detected + each))
    resolved = detected + draw(gap)
    values = {"occurred_at": occurred, "detected_at": detected, "acknowledged_at": acknowledged}
    if way == "broken":
        values |= {
            "imported_row": {},
            "status": draw(st.sampled_from(["open", "resolved", "closed"])),
            "acknowledged_at": draw(st.none() | gap.map(lambda each: detected - each)),
            "resolved_at": draw(st.none() | gap.map(lambda each: detected - each)),
            "closed_at": draw(st.none() | gap.map(lambda each: detected - each)),
        }
    else:
        values["status"] = way
        values |= {"resolved_at": resolved} if way in naive.SETTLED else {}
        values |= {"closed_at": resolved + draw(gap)} if way == "closed" else {}
    return {
        **values,
        "client": draw(st.integers(0, 1)),
        "component": draw(st.none() | st.integers(0, 2)),
        "severity": draw(st.sampled_from(["P1", "P4"])),
        "category": draw(st.sampled_from(["api_error", "backup_failure"])),
        "sla_breach": draw(st.booleans()),
        "kept_by_pauses": draw(st.booleans()),
    }


@st.composite
def questions(draw):
    start = FIRST + timedelta(hours=draw(st.integers(-48, 40 * 24)))
    end = start + timedelta(hours=draw(st.integers(1, 40 * 24)))
    interval, group_by = draw(st.sampled_from(Interval)), draw(st.none() | st.sampled_from(GroupBy))
    return AnalyticsQuery(start, end, interval, group_by)


def close_to(figures):
    """The same figures, for comparison with ones that were rounded to two decimals."""
    if isinstance(figures, dict):
        return {name: close_to(value) for name, value in figures.items()}
    return pytest.approx(figures, abs=0.011) if isinstance(figures, float) else figures


@pytest.fixture
def world():
    one, other = ComponentFactory(), ComponentFactory()
    components = [one, ComponentFactory(product=one.product), other]
    return [ClientFactory(), ClientFactory()], components, UserFactory(role=IM)


def make(world, given_lives):
    clients, components, reporter = world
    made, unresolved = [], set()
    for life in given_lives:
        component = None if life["component"] is None else components[life["component"]]
        key = (life["client"], life["component"], life["category"])
        if component is not None and life["status"] not in naive.SETTLED:
            if key in unresolved:  # a duplicate, which the database would refuse
                continue
            unresolved.add(key)
        values = {**life, "client": clients[life["client"]], "component": component, "reporter": reporter}
        made.append(IncidentFactory(**values))
    return made


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(question=questions(), given_lives=st.lists(lives(), min_size=1, max_size=12))
def test_the_database_and_python_compute_the_same_figures(world, question, given_lives):
    with transaction.atomic():
        incidents = make(world, given_lives)
        answer = analyse(question, world[2])
        transaction.set_rollback(True)

    start, end = question.start, question.end
    counted = [each for each in incidents if naive.concerned(each, start, end)]
    groups = naive.grouped(counted, question.group_by) if question.group_by else {None: incidents}
    assert {each["key"] for each in answer["groups"]} == set(groups)
    for group in answer["groups"]:
        own = groups[group["key"]]
        assert group["total"] == close_to(naive.figures(own, start, end))
        cut = naive.intervals(start, end, question.interval)
        assert [(each["start"], each["end"]) for each in group["intervals"]] == cut
        for each, (since, until) in zip(group["intervals"], cut, strict=True):
            assert each == {"start": since, "end": until, **close_to(naive.figures(own, since, until))}
    by_component = naive.failures(incidents, start, end, lambda each: each.component_id)
    by_product = naive.failures(incidents, start, end, lambda each: each.component.product_id)
    for name, expected in (("components", by_component), ("products", by_product)):
        found = {each["id"]: (each["incidents"], each["mtbf"]) for each in answer["mtbf"][name]}
        assert found == {key: (number, pytest.approx(gap, abs=0.011)) for key, (number, gap) in expected.items()}
        assert [each["mtbf"] for each in answer["mtbf"][name]] == sorted(gap for _, gap in found.values())
