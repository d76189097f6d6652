"""Service-level clocks against a slow minute-by-minute oracle, and daylight-saving days by hand."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clients.clocks import ROUND_THE_CLOCK, WorkingHours, covered, due, elapsed

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "Australia/Lord_Howe"]
MINUTE = timedelta(minutes=1)


def hours(zone="Europe/Berlin", weekly=None, holidays=()):
    days = weekly if weekly is not None else dict.fromkeys(range(5), ((9 * 60, 17 * 60),))
    return WorkingHours(ZoneInfo(zone), days, lambda day: day in holidays)


def at(zone, *parts):
    return datetime(*parts, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def is_covered(working, moment):
    """The definition: the wall-clock time at this instant."""
    local = moment.astimezone(working.zone)
    minute = local.hour * 60 + local.minute
    windows = () if working.is_holiday(local.date()) else working.weekly.get(local.weekday(), ())
    return any(opens <= minute < closes for opens, closes in windows)


@st.composite
def weeks(draw):
    def windows():
        cuts = sorted(draw(st.sets(st.integers(0, 1440), max_size=4)))
        return tuple(zip(cuts[::2], cuts[1::2], strict=False))

    return {day: windows() for day in range(7)}


INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)).map(  # noqa: DTZ001 - the zone follows
    lambda moment: moment.replace(second=0, microsecond=0, tzinfo=UTC)
)


@given(
    zone=st.sampled_from(ZONES),
    weekly=weeks(),
    start=INSTANTS,
    span=st.integers(0, 4 * 1440),
    holiday=st.dates(date(2024, 1, 1), date(2026, 12, 31)),
)
@settings(max_examples=120, deadline=None)
def test_elapsed_time_equals_a_count_of_covered_minutes(zone, weekly, start, span, holiday):
    working = hours(zone, weekly, {holiday, start.date()} if span % 2 else {holiday})
    counted = sum(is_covered(working, start + MINUTE * step) for step in range(span))

    assert elapsed(working, start, start + MINUTE * span) == MINUTE * counted


@given(zone=st.sampled_from(ZONES), start=INSTANTS, target=st.integers(1, 5_000))
@settings(max_examples=80, deadline=None)
def test_the_due_time_is_the_first_instant_at_which_the_target_has_elapsed(zone, start, target):
    working = hours(zone)
    moment = due(working, start, MINUTE * target)

    assert elapsed(working, start, moment) == MINUTE * target
    assert elapsed(working, start, moment - MINUTE) < MINUTE * target


@given(start=INSTANTS, target=st.integers(0, 200_000))
def test_round_the_clock_counts_every_minute(start, target):
    assert due(ROUND_THE_CLOCK, start, MINUTE * target) == start + MINUTE * target
    assert elapsed(ROUND_THE_CLOCK, start, start + MINUTE * target) == MINUTE * target


# The clock goes forward and back on these days; a window of 00:00–24:00 is as long as the day really is.
CHANGES = [
    ("Europe/Berlin", (2026, 3, 29), 23),
    ("Europe/Berlin", (2026, 10, 25), 25),
    ("America/New_York", (2026, 3, 8), 23),
    ("America/New_York", (2026, 11, 1), 25),
    ("Australia/Sydney", (2026, 4, 5), 25),
    ("Australia/Sydney", (2026, 10, 4), 23),
]


@pytest.mark.parametrize(("zone", "day", "length"), CHANGES)
def test_a_daylight_saving_day_has_its_real_length(zone, day, length):
    whole_days = hours(zone, dict.fromkeys(range(7), ((0, 1440),)))
    begin = at(zone, *day)

    assert elapsed(whole_days, begin, begin + timedelta(hours=length)) == timedelta(hours=length)
    counted = [is_covered(hours(zone, {6: ((120, 300),)}), begin + MINUTE * step) for step in range(length * 60)]
    night = hours(zone, {6: ((120, 300),)})
    assert elapsed(night, begin, begin + timedelta(hours=length)) == MINUTE * sum(counted)


def test_a_window_inside_the_missing_hour_counts_nothing():
    night = hours("Europe/Berlin", {6: ((120, 180),)})
    begin = at("Europe/Berlin", 2026, 3, 29)
    assert elapsed(night, begin, begin + timedelta(hours=23)) == timedelta()


def test_a_window_inside_the_repeated_hour_counts_twice():
    night = hours("Europe/Berlin", {6: ((120, 180),)})
    begin = at("Europe/Berlin", 2026, 10, 25)
    assert elapsed(night, begin, begin + timedelta(hours=25)) == timedelta(hours=2)


def test_a_premium_p1_opened_on_friday_at_1650_is_due_within_the_evening():
    assert due(ROUND_THE_CLOCK, at("Europe/Berlin", 2026, 11, 20, 16, 50), 15 * MINUTE) == at(
        "Europe/Berlin", 2026, 11, 20, 17, 5
    )


def test_a_basic_p3_opened_on_friday_at_1650_waits_for_monday():
    working = hours("Europe/Berlin")
    opened = at("Europe/Berlin", 2026, 11, 20, 16, 50)

    assert due(working, opened, 15 * MINUTE) == at("Europe/Berlin", 2026, 11, 23, 9, 5)
    assert due(working, opened, timedelta(hours=8)) == at("Europe/Berlin", 2026, 11, 23, 16, 50)


def test_a_holiday_is_not_counted():
    working = hours("Europe/Berlin", holidays={date(2026, 12, 25)})
    opened = at("Europe/Berlin", 2026, 12, 24, 16, 0)
    assert due(working, opened, timedelta(hours=2)) == at("Europe/Berlin", 2026, 12, 28, 10, 0)


def test_a_calendar_without_hours_has_no_due_time():
    assert due(hours(weekly={}), at("UTC", 2026, 1, 1), MINUTE) is None


def test_an_end_before_the_start_has_nothing_elapsed():
    moment = at("UTC", 2026, 1, 5, 12)
    assert list(covered(hours(), moment, moment - MINUTE)) == []
