"""The tiers of SOP 26, compared with a literal reading of the policy's three lines."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.tiers import AVAILABILITY, RESOLUTION, RESPONSE, AgreedTargets, out_of_order, outside_tier, permitted

MINUTE, HOUR, DAY = 1, 60, 1440

# Premium: Response P1 15-30 m … P4 24-48 h; Resolution P1 2-4 h … P4 128 h; Availability 99.9 %, and so on.
RESPONSE_P1 = {"premium": (15, 30), "standard": (1 * HOUR, 2 * HOUR), "basic": (4 * HOUR, 8 * HOUR)}
RESPONSE_P4 = {"premium": (24 * HOUR, 48 * HOUR), "standard": (48 * HOUR, 72 * HOUR), "basic": (5 * DAY, 7 * DAY)}
RESOLUTION_P1 = {"premium": (2, 4), "standard": (8, 24), "basic": (24, 48)}
RESOLUTION_P4_MOST = {"premium": 128, "standard": 168, "basic": 2 * 7 * 24}
LEAST_AVAILABLE = {"premium": "99.9", "standard": "99.5", "basic": "99.0"}

tiers = st.sampled_from(["premium", "standard", "basic"])
severities = st.sampled_from(["P1", "P2", "P3", "P4"])
minutes, hours = st.integers(1, 12_000), st.integers(1, 400)
percentages = st.none() | st.decimals("98.5", "101", places=3)
proposed_targets = st.builds(AgreedTargets, severities, minutes, hours, percentages)


def within(value, ends):
    return ends[0] <= value <= ends[1]


def fits_response(tier, severity, value):
    if severity == "P1":
        return within(value, RESPONSE_P1[tier])
    if severity == "P4":
        return within(value, RESPONSE_P4[tier])
    return RESPONSE_P1[tier][0] <= value <= RESPONSE_P4[tier][1]


def fits_resolution(tier, severity, value):
    if severity == "P1":
        return within(value, RESOLUTION_P1[tier])
    return RESOLUTION_P1[tier][0] <= value <= RESOLUTION_P4_MOST[tier]


@given(tiers, proposed_targets)
def test_ranges_are_those_the_policy_prints(tier, agreed):
    expected = set()
    if not fits_response(tier, agreed.severity_level, agreed.response_time_minutes):
        expected.add(RESPONSE)
    if not fits_resolution(tier, agreed.severity_level, agreed.resolution_time_hours):
        expected.add(RESOLUTION)
    available = agreed.availability_target
    if available is not None and not Decimal(LEAST_AVAILABLE[tier]) <= available <= 100:
        expected.add(AVAILABILITY)

    assert {each.target for each in outside_tier(tier, agreed)} == expected


@given(tiers, severities)
def test_the_ends_of_every_range_are_permitted_and_their_neighbours_are_not(tier, severity):
    for target in (RESPONSE, RESOLUTION):
        lowest, highest = permitted(tier, severity, target)
        for value, fits in ((lowest, True), (highest, True), (lowest - 1, False), (highest + 1, False)):
            targets = {RESPONSE: value, RESOLUTION: permitted(tier, severity, RESOLUTION)[0], target: value}
            targets[RESPONSE] = value if target == RESPONSE else permitted(tier, severity, RESPONSE)[0]
            broken = {each.target for each in outside_tier(tier, AgreedTargets(severity, **targets))}
            assert (target not in broken) is fits


@given(tiers, proposed_targets)
def test_a_violation_contains_the_permitted_range(tier, agreed):
    for each in outside_tier(tier, agreed):
        assert (each.facts["minimum"], each.facts["maximum"]) == permitted(tier, agreed.severity_level, each.target)


@given(proposed_targets, st.lists(proposed_targets, max_size=4))
def test_a_less_severe_incident_never_has_a_shorter_target(agreed, others):
    broken = {
        target
        for other in others
        for target in (RESPONSE, RESOLUTION)
        if (agreed.severity_level < other.severity_level and getattr(agreed, target) > getattr(other, target))
        or (agreed.severity_level > other.severity_level and getattr(agreed, target) < getattr(other, target))
    }
    assert {each.target for each in out_of_order(agreed, others)} == broken


@given(proposed_targets, proposed_targets)
def test_the_order_is_the_same_seen_from_either_side(one, other):
    forth = {each.target for each in out_of_order(one, [other])}
    back = {each.target for each in out_of_order(other, [one])}
    assert forth == back


@pytest.mark.parametrize("tier", ["premium", "standard", "basic"])
def test_the_longest_permitted_targets_of_a_tier_are_in_order(tier):
    slowest = [
        AgreedTargets(severity, permitted(tier, severity, RESPONSE)[1], permitted(tier, severity, RESOLUTION)[1])
        for severity in ("P1", "P2", "P3", "P4")
    ]
    for agreed in slowest:
        assert not list(outside_tier(tier, agreed))
        assert not list(out_of_order(agreed, slowest))
