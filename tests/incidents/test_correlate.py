"""SOP 2: whether events call for an incident, by table and by property. No database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.events.correlation import CandidateEvent, Criteria, GroupingRule, decide, group_key, key_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def event(number, minute=0, hint="", *, client=1, component=7, source="alert_log", **more):
    at = NOON + timedelta(minutes=minute)
    return CandidateEvent(number, source, at, hint, client, component, **more)


def counted(*minutes, **more):
    return [event(number, minute, **more) for number, minute in enumerate(minutes)]


def by(group_by, min_events=2, window_minutes=30, **more):
    rule = GroupingRule(group_by, window_minutes, min_events, "the request")
    return Criteria(rules=(rule,), relation=rule, **more)


TABLE = [
    ("one P1", [event(1, hint="P1")], Criteria(), True),
    ("one P2", [event(1, hint="P2")], Criteria(), True),
    ("one P3", [event(1, hint="P3")], Criteria(), False),
    ("one without a hint", [event(1)], Criteria(), False),
    ("a P1 of nobody", [event(1, hint="P1", client=None, component=None)], Criteria(), True),
    ("three in 30 minutes", counted(0, 10, 30), Criteria(), True),
    ("three in 31 minutes", counted(0, 10, 31), Criteria(), False),
    ("two", counted(0, 1), Criteria(), False),
    ("three without component", counted(0, 1, 2, component=None), Criteria(), True),
    ("three of nobody", counted(0, 1, 2, client=None, component=None), Criteria(), False),
    ("three of three components", [event(each, component=each) for each in (1, 2, 3)], Criteria(), False),
    ("three of three clients", [event(each, client=each) for each in (1, 2, 3)], Criteria(), False),
    ("two of one component, by it", [event(1, client=1), event(2, client=2)], by("component"), True),
    ("two of one client, by it", [event(1, component=1), event(2, component=2)], by("client"), True),
    ("two of one client, by component", [event(1, component=1), event(2, component=2)], by("component"), False),
    ("two of one source, by it", [event(1, client=1), event(2, client=2)], by("source"), True),
    ("two sources, by source", [event(1), event(2, source="internal_tool")], by("source"), False),
    ("one host", [event(each, client=each, attributes={"host": "a"}) for each in (1, 2)], by("attributes.host"), True),
    ("two hosts", [event(1, attributes={"host": 1}), event(2, attributes={"host": "1"})], by("attributes.host"), False),
    ("no host", counted(0, 1), by("attributes.host"), False),
    ("an hour, window of an hour", counted(0, 60), by("client", window_minutes=60), True),
    ("P2 where P1 is asked", [event(1, hint="P2")], Criteria(minimum_severity="P1"), False),
    ("P4 where P4 is enough", [event(1, hint="P4")], Criteria(minimum_severity="P4"), True),
    ("one event where one is enough", [event(1)], by("client", min_events=1), True),
    ("a stored P1 with a given P4", [event(1, hint="P4"), event(2, hint="P1", given=False)], Criteria(), True),
    ("a stored P1 too long ago", [event(1), event(2, -31, hint="P1", given=False)], Criteria(), False),
    ("a stored P1 elsewhere", [event(1), event(2, hint="P1", client=9, given=False)], Criteria(), False),
    ("stored ones only complete", [event(1), *(event(each, given=False) for each in (2, 3))], Criteria(), True),
    ("stored ones alone", [event(each, given=False) for each in (1, 2, 3)], Criteria(), False),
    (
        "any of two rules",
        counted(0, 1),
        Criteria(rules=(GroupingRule(min_events=9), GroupingRule("source", 5, 2))),
        True,
    ),
]


@pytest.mark.parametrize(("events", "criteria", "met"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_criteria(events, criteria, met):
    outcome = decide(events, criteria)
    assert outcome.met is met
    assert all(group.reasons for group in outcome.calling)
    assert bool(outcome.reasons) is not met


def test_a_stated_key_relates_otherwise_unrelated_events():
    events = [event(each, client=each, keyed=True) for each in (1, 2, 3)]
    assert [group.key for group in decide(events, Criteria(), "SIG-1").calling] == ["SIG-1"]
    assert not decide([replace(each, keyed=False) for each in events], Criteria()).met


def test_unrelated_severe_events_call_for_an_incident_each():
    outcome = decide([event(1, hint="P1", client=1), event(2, hint="P1", client=2)], Criteria())
    assert [sorted(each.id for each in group.events) for group in outcome.calling] == [[1], [2]]


def test_groups_that_share_an_event_are_one():
    events = [event(1, client=1, component=1), event(2, client=1, component=2), event(3, client=2, component=2)]
    outcome = decide(events, Criteria(rules=(GroupingRule("client", 30, 2), GroupingRule("component", 30, 2))))
    assert [sorted(each.id for each in group.events) for group in outcome.calling] == [[1, 2, 3]]
    assert len(outcome.calling[0].reasons) == 2


def test_the_severity_of_a_group_is_the_highest_hint():
    events = [event(1, hint="P3"), event(2), event(3, hint="P2"), event(4, hint="P4")]
    assert decide(events, Criteria()).calling[0].severity == "P2"
    assert decide([replace(each, severity_hint="") for each in events], Criteria()).calling[0].severity == ""


def test_the_reasons_name_who_states_the_criteria():
    met = decide([event(1, hint="P3")], Criteria(minimum_severity="P3", severity_origin="the request"))
    assert "P3 or higher is sufficient (the request)" in met.calling[0].reasons[0]
    unmet = decide(counted(0, 1), Criteria(rules=(GroupingRule(min_events=4, origin="the rule Storm"),)))
    assert "P2 or higher (the default threshold)" in unmet.reasons[0]
    assert unmet.reasons[1].startswith("At most 2 related within 30 minutes; 4 are required (the rule Storm)")


def test_keys_fit_their_column_and_distinguish_values():
    long = [event(1, attributes={"host": "x" * 400}), event(2, attributes={"host": "x" * 399 + "y"})]
    keys = {group_key(each, "attributes.host") for each in long}
    assert len(keys) == 2
    assert all(len(key) <= 200 for key in keys)
    assert key_of(event(5, client=None), GroupingRule()) == "event:5"
    assert key_of(event(5, component=None), GroupingRule()) == "client:1/component:-"


OPTIONAL = st.one_of(st.none(), st.integers(1, 2))
EVENTS = st.lists(
    st.builds(
        CandidateEvent,
        id=st.integers(1, 10_000),
        source=st.sampled_from(["alert_log", "internal_tool"]),
        detected_at=st.integers(0, 120).map(lambda minute: NOON + timedelta(minutes=minute)),
        severity_hint=st.sampled_from(["", "P1", "P2", "P3", "P4"]),
        client_id=OPTIONAL,
        component_id=OPTIONAL,
        attributes=st.dictionaries(st.sampled_from(["host", "zone"]), st.integers(1, 2)),
        given=st.booleans(),
        keyed=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda each: each.id,
)
GROUPINGS = st.sampled_from(["client and component", "client", "component", "source", "attributes.host"])
RULES = st.builds(GroupingRule, GROUPINGS, st.integers(1, 90), st.integers(1, 5), st.just("a rule"))
CRITERIA = st.builds(
    Criteria,
    rules=st.lists(RULES, min_size=1, max_size=3).map(tuple),
    relation=RULES,
    minimum_severity=st.sampled_from(["P1", "P2", "P3", "P4"]),
)
KEYS = st.sampled_from(["", "SIG-1"])


@given(EVENTS, CRITERIA, KEYS, st.randoms())
def test_the_order_of_events_does_not_matter(events, criteria, key, random):
    shuffled = random.sample(events, len(events))
    assert decide(events, criteria, key) == decide(shuffled, criteria, key)


@given(EVENTS, EVENTS, CRITERIA, KEYS)
def test_more_events_never_turn_an_incident_into_none(events, more, criteria, key):
    further = [replace(each, id=each.id + 20_000) for each in more]
    assert decide([*events, *further], criteria, key).met or not decide(events, criteria, key).met


@given(EVENTS, CRITERIA, KEYS)
def test_a_higher_hint_never_turns_an_incident_into_none(events, criteria, key):
    higher = [replace(each, severity_hint="P1") for each in events]
    assert decide(higher, criteria, key).met or not decide(events, criteria, key).met


@given(EVENTS, CRITERIA, KEYS)
def test_groups_that_call_are_apart_and_each_holds_a_given_event(events, criteria, key):
    groups = decide(events, criteria, key).calling
    assert sum(len(group.events) for group in groups) == len({each for group in groups for each in group.events})
    assert all(any(each.given for each in group.events) for group in groups)
