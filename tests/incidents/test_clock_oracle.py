"""Clocks against a minute-by-minute count, over random calendars, targets, restamps, reopenings and pauses."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clients.agreement_lookup import ApplicableAgreement
from clients.budgets import budget_of
from clients.service_hours import working_hours
from incidents.service_levels.clock import Clock, allowed
from incidents.service_levels.history import read_clock, stored_clock
from incidents.service_levels.terms import SlaTerms, terms_of
from tests.incidents.minutes import MINUTE, Hours, Life, budget

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
QUARTER, THREE_WEEKS = 15, 3 * 7 * 1_440
ROUND_THE_CLOCK = Hours()
# Long enough for three service weeks of the shortest week below, holidays and changes included.
FAR = 75 * 1_440


@st.composite
def business_hours(draw):
    """Uneven days, weeks of one to seven days; a window ends on the day on which it begins."""
    lengths = st.lists(st.tuples(st.integers(0, 95), st.integers(1, 48)), max_size=2)
    week = []
    for _ in range(7):
        windows, last = [], 0
        for gap, length in draw(lengths):
            opens = last + gap * 15
            closes = min(opens + length * 15, 1_440)
            if opens < closes:
                windows.append((opens, closes))
                last = closes
        week.append(tuple(windows))
    if sum(closes - opens for day in week for opens, closes in day) < 8 * 60:
        week[draw(st.integers(0, 6))] = ((540, 1_020),)
    holidays = draw(st.frozensets(st.dates(date(2026, 3, 1), date(2026, 4, 30)), max_size=6))
    return Hours(draw(st.sampled_from(ZONES)), tuple(week), holidays)


SIX_DAYS = Hours("Europe/Berlin", (((480, 720), (780, 1_080)),) * 5 + (((540, 780),), ()))
WORKING_WEEK = Hours("Europe/Berlin", (((540, 1_020),),) * 5 + ((), ()))
TARGETS = st.integers(QUARTER, 600) | st.integers(1, 21).map(lambda days: days * 1_440) | st.integers(600, THREE_WEEKS)
STARTS = st.integers(0, 30 * 1_440).map(lambda minute: datetime(2026, 3, 10, tzinfo=UTC) + MINUTE * minute)
CHANGES = st.lists(
    st.tuples(
        st.integers(0, 2_000),
        st.sampled_from(["hours", "targets", "tier", "unpromised", "resolve", "reopen", "pause", "resume"]),
    ),
    max_size=8,
)


def terms_for(number, hours, targets):
    """The product's terms: premium is covered round the clock, basic in business hours."""
    tier = "basic" if hours.weekly else "premium"
    calendar = hours.as_calendar() if hours.weekly else {"timezone": "UTC", "weekly_hours": {}, "holidays": []}
    offer = ApplicableAgreement(1, 1, tier, date(2026, 1, 1), None, None, number, "P3", *targets, True, calendar)
    return terms_of(offer, "P3", datetime(2026, 1, 1, tzinfo=UTC))


class Incident:
    """The same life on both sides: on the product's clock, and in minutes."""

    def __init__(self, start, hours, targets):
        self.start, self.hours, self.targets, self.number = start, hours, targets, 1
        self.clock = Clock()
        self.life = Life(start, [])
        self._promise(0)

    def _promise(self, minute, terms=True):
        promised = terms_for(self.number, self.hours, self.targets) if terms else SlaTerms()
        now = self.start + MINUTE * minute
        self.clock = self.clock.running(promised, since=self.start, now=now)
        self.life.terms.append((minute, (self.hours, self.targets) if terms else None))

    def change(self, minute, kind, hours, targets):
        now, life = self.start + MINUTE * minute, self.life
        resolved = bool(life.resolved) and life.resolved[-1][1] is None
        paused = bool(life.pauses) and life.pauses[-1][1] is None
        if kind == "reopen" and resolved:
            life.resolved[-1] = (life.resolved[-1][0], minute)
            self._promise(minute, terms=life.terms[-1][1] is not None)
        elif resolved or kind == "reopen":
            return
        elif kind == "resolve":
            self.clock = self.clock.resumed(now).stopped(now)
            life.resolved.append((minute, None))
            self._end_pause(minute, paused)
        elif kind == "pause" and not paused:
            self.clock = self.clock.paused(now)
            life.pauses.append((minute, None))
        elif kind == "resume":
            self.clock = self.clock.resumed(now)
            self._end_pause(minute, paused)
        elif kind in ("hours", "targets", "tier", "unpromised"):
            self._restamp(minute, kind, hours, targets)

    def _end_pause(self, minute, paused):
        if paused:
            self.life.pauses[-1] = (self.life.pauses[-1][0], minute)

    def _restamp(self, minute, kind, hours, targets):
        if kind == "hours" and self.hours.weekly:
            self.hours = hours
        elif kind == "targets":
            self.targets, self.number = targets, self.number + 1
        elif kind == "tier":
            self.hours = ROUND_THE_CLOCK if self.hours.weekly else hours
        self._promise(minute, terms=kind != "unpromised")


def lived(start, hours, targets, changes, *, other_hours, other_targets):
    """An incident after all its changes, and the minute of the last one."""
    incident, minute = Incident(start, hours, targets), 0
    for gap, kind in changes:
        minute += gap
        incident.change(minute, kind, other_hours, other_targets)
    return incident, minute


@given(hours=business_hours(), target=TARGETS)
@example(hours=SIX_DAYS, target=5 * 1_440)
@settings(max_examples=150, deadline=None)
def test_a_budget_is_the_target_minus_weeks_and_days(hours, target):
    found = budget_of(MINUTE * target, working_hours(hours.as_calendar()))

    assert found.covered == MINUTE * budget(hours, target)
    assert budget_of(MINUTE * target, None).covered == MINUTE * target
    longer = budget_of(MINUTE * (target + 1), working_hours(hours.as_calendar()))
    assert longer.covered >= found.covered


@given(
    start=STARTS,
    hours=business_hours() | st.sampled_from([ROUND_THE_CLOCK, SIX_DAYS, WORKING_WEEK]),
    other_hours=business_hours(),
    targets=st.tuples(TARGETS, TARGETS),
    other_targets=st.tuples(TARGETS, TARGETS),
    changes=CHANGES,
    later=st.integers(0, 3_000),
)
@example(  # in the night before a service day: its hours are used up before a day has passed on the wall clock
    start=datetime(2026, 3, 16, tzinfo=UTC),
    hours=SIX_DAYS,
    other_hours=WORKING_WEEK,
    targets=(1_440, 7 * 1_440),
    other_targets=(QUARTER, THREE_WEEKS),
    changes=[(600, "hours"), (60, "pause"), (2_000, "resume")],
    later=0,
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_for_any_sequence_of_events_the_clock_equals_the_minute_count(
    *, start, hours, other_hours, targets, other_targets, changes, later
):
    incident, last = lived(start, hours, targets, changes, other_hours=other_hours, other_targets=other_targets)
    clock, life = incident.clock, incident.life
    unpaused, counted = life.counts(last + FAR)
    for minute in {last, last + later, last // 2}:
        moment = start + MINUTE * minute
        assert clock.without_pauses.elapsed(moment) == MINUTE * unpaused[minute][0]
        assert clock.elapsed(moment) == MINUTE * counted[minute][0]
        assert clock.without_pauses.elapsed_time(moment).wall == MINUTE * unpaused[minute][1]
    assert read_clock(stored_clock(clock), clock.counted_time) == clock
    if not clock.terms.has_agreement:
        assert clock.due(allowed(budget_of(MINUTE, None))) is None
        return
    for ran, minutes, target in (
        (clock.without_pauses, unpaused, clock.terms.response),
        (clock, counted, clock.terms.resolution),
        (clock.without_pauses, unpaused, clock.terms.resolution),
    ):
        due = life.due(minutes, target.wall // MINUTE)
        assert ran.due(allowed(target)) == (None if due is None else start + MINUTE * due)


@given(
    start=STARTS,
    hours=business_hours(),
    other_hours=business_hours(),
    targets=st.lists(TARGETS, min_size=4, max_size=4).map(sorted),
    other_targets=st.lists(TARGETS, min_size=4, max_size=4).map(sorted),
    changes=CHANGES,
)
@example(
    start=datetime(2026, 3, 16, 8, tzinfo=UTC),
    hours=SIX_DAYS,
    other_hours=SIX_DAYS,
    targets=[240, 5 * 1_440, 5 * 1_440, 14 * 1_440],
    other_targets=[240, 5 * 1_440, 5 * 1_440, 14 * 1_440],
    changes=[(400, "resolve"), (1_900, "reopen"), (30, "hours")],
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_stricter_target_is_never_due_later(*, start, hours, other_hours, targets, other_targets, changes):
    """Four agreements with the same events, the two stricter ones round the clock."""
    changes = [(gap, kind) for gap, kind in changes if kind != "tier"]
    coverages = (ROUND_THE_CLOCK, ROUND_THE_CLOCK, hours, hours)
    dues = []
    for coverage, target, other in zip(coverages, targets, other_targets, strict=True):
        incident, _ = lived(
            start, coverage, (target, target), changes, other_hours=other_hours, other_targets=(other, other)
        )
        clock = incident.clock
        budget_now = clock.terms.resolution
        dues.append(
            (clock.without_pauses.due(allowed(budget_now)), clock.due(allowed(budget_now))) if budget_now else None
        )
    for stricter, laxer in pairwise(dues):
        for due, later_due in zip(stricter or (), laxer or (), strict=True):
            assert later_due is None or (due is not None and due <= later_due)


@given(start=STARTS, hours=business_hours(), changes=CHANGES, restamps=st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_a_restamp_preserves_the_counted_time(start, hours, changes, restamps):
    changes = [(gap, kind) for gap, kind in changes if kind != "unpromised"]
    incident, last = lived(start, hours, (60, 600), changes, other_hours=SIX_DAYS, other_targets=(120, 1_200))
    moment = start + MINUTE * last
    before, without_pauses = incident.clock.elapsed(moment), incident.clock.without_pauses.elapsed_time(moment)
    for number in range(restamps):
        incident.change(last, ("hours", "targets", "tier")[number % 3], SIX_DAYS, (number + 15, number + 900))
    assert incident.clock.elapsed(moment) == before
    assert incident.clock.without_pauses.elapsed_time(moment) == without_pauses
    later = moment + timedelta(days=3)
    assert incident.clock.elapsed(later) >= before


@given(start=STARTS, hours=business_hours(), rounds=st.integers(20, 60))
@settings(max_examples=10, deadline=None)
def test_merged_stretches_still_count(start, hours, rounds):
    changes = [step for _ in range(rounds) for step in ((7, "pause"), (11, "resume"), (13, "resolve"), (17, "reopen"))]
    incident, last = lived(start, hours, (600, 6_000), changes, other_hours=hours, other_targets=(600, 6_000))
    clock = read_clock(stored_clock(incident.clock), incident.clock.counted_time)
    unpaused, counted = (each[-1] for each in incident.life.counts(last))
    elapsed_time, moment = clock.elapsed_time(start + MINUTE * last), start + MINUTE * last
    assert len(clock.stretches) == min(50, 1 + 3 * rounds)
    assert (elapsed_time.covered, elapsed_time.wall) == (MINUTE * counted[0], MINUTE * counted[1])
    assert clock.without_pauses.elapsed_time(moment).covered == MINUTE * unpaused[0]
    assert clock.without_pauses.elapsed_time(moment).wall == MINUTE * unpaused[1]
