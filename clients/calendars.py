"""Business hours as plain data: the default calendar, and the validation of a client's own calendar."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from holidays import list_supported_countries

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
MAX_WINDOWS = 12

# The business hours of a client without a calendar: Monday to Friday, nine to five.
DEFAULT_CALENDAR: Mapping[str, Any] = {
    "timezone": "UTC",
    "weekly_hours": {day: [["09:00", "17:00"]] for day in WEEKDAYS[:5]},
    "country": "",
    "holidays": [],
}

_CLOCK = re.compile(r"(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)\Z")


def minutes_of(text: Any) -> int | None:
    """Minutes after midnight of "HH:MM"; "24:00" is the end of the day. None for anything else."""
    found = _CLOCK.match(text) if isinstance(text, str) else None
    if found is None:
        return None
    return int(found[1]) * 60 + int(found[2]) if found[1] else DAY_MINUTES


def normalized_hours(weekly: Mapping[str, Any]) -> dict[str, list[list[str]]]:
    """Valid weekly hours in canonical form: days in week order, windows in day order."""
    return {day: sorted([list(window) for window in weekly[day]]) for day in WEEKDAYS if weekly.get(day)}


def weekly_problems(weekly: Mapping[str, Any]) -> dict[str, str]:
    """The errors of weekly hours: weekday → sentence; the key "" is for the whole week."""
    problems = {day: f"The weekdays are {', '.join(WEEKDAYS)}." for day in weekly if day not in WEEKDAYS}
    for day in WEEKDAYS:
        wrong = next(_day_problems(weekly.get(day, [])), None)
        if wrong:
            problems[day] = wrong
    if not problems and not any(weekly.values()):
        # Otherwise a business-hours clock would never run out.
        problems[""] = "At least one weekday must have business hours."
    return problems


def _day_problems(windows: Any) -> Iterator[str]:
    if not isinstance(windows, list) or len(windows) > MAX_WINDOWS:
        yield f'This must be a list of at most {MAX_WINDOWS} pairs such as ["09:00", "17:00"].'
        return
    spans = []
    for window in windows:
        pair = [minutes_of(each) for each in window] if isinstance(window, list) else []
        if len(pair) != 2 or pair[0] is None or pair[1] is None:  # noqa: PLR2004 - a pair has two
            yield f'{window!r:.60} is not a pair of times such as ["09:00", "17:00"].'
            return
        if pair[0] >= pair[1]:
            yield f"{window[0]} must be before {window[1]}."
            return
        spans.append((pair[0], pair[1]))
    spans.sort()
    if any(earlier[1] > later[0] for earlier, later in pairwise(spans)):
        yield "The hours of one day must not overlap."


@cache
def countries() -> frozenset[str]:
    """The two-letter codes of the countries with known public holidays."""
    return frozenset(code for code in list_supported_countries() if len(code) == 2)  # noqa: PLR2004 - ISO 3166-1 alpha-2
