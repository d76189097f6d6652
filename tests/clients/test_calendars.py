"""Business hours as plain data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.calendars import DEFAULT_CALENDAR, WEEKDAYS, countries, minutes_of, normalized_hours, weekly_problems


def test_the_default_is_nine_to_five_from_monday_to_friday():
    weekly = DEFAULT_CALENDAR["weekly_hours"]

    assert list(weekly) == ["mon", "tue", "wed", "thu", "fri"]
    assert set(map(str, weekly.values())) == {"[['09:00', '17:00']]"}
    assert not weekly_problems(weekly)


@given(st.integers(0, 24 * 60))
def test_a_time_of_day_is_read_as_minutes_after_midnight(minute):
    assert minutes_of(f"{minute // 60:02}:{minute % 60:02}") == minute


@pytest.mark.parametrize("text", ["24:01", "25:00", "9:00", "09:60", "09:00\n", "٠٩:٠٠", "", None, 900])
def test_anything_else_is_no_time_of_day(text):
    assert minutes_of(text) is None


@given(st.lists(st.integers(0, 24 * 60), min_size=2, max_size=8, unique=True), st.sampled_from(WEEKDAYS))
def test_windows_between_rising_times_are_valid_in_any_order(minutes, day):
    minutes = sorted(minutes)[: len(minutes) // 2 * 2]
    texts = [f"{minute // 60:02}:{minute % 60:02}" for minute in minutes]
    windows = [list(pair) for pair in zip(texts[::2], texts[1::2], strict=True)]

    assert not weekly_problems({day: windows[::-1]})
    assert normalized_hours({day: windows[::-1]}) == {day: windows}


def test_windows_may_touch_but_not_overlap():
    assert not weekly_problems({"mon": [["09:00", "12:00"], ["12:00", "17:00"]]})
    assert set(weekly_problems({"mon": [["09:00", "12:01"], ["12:00", "17:00"]]})) == {"mon"}


def test_a_week_without_hours_is_refused():
    assert set(weekly_problems({"mon": []})) == {""}


def test_countries_are_two_letter_codes():
    assert {"DE", "US", "GB"} <= countries()
    assert {len(code) for code in countries()} == {2}
