"""Service hours: the coverage of each tier, and a client's calendar as working hours."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import TextChoices
from holidays import country_holidays

from clients.calendars import WEEKDAYS, minutes_of
from clients.choices import Tier
from clients.clocks import ROUND_THE_CLOCK, WorkingHours


class Coverage(TextChoices):
    ROUND_THE_CLOCK = "round_the_clock"
    BUSINESS_HOURS = "business_hours"


# Tier → (coverage of high severities, coverage of the others), as in SOP 26: 24/7/365; business hours and on-call;
# business hours only.
COVERAGES: dict[str, tuple[Coverage, Coverage]] = {
    Tier.PREMIUM: (Coverage.ROUND_THE_CLOCK, Coverage.ROUND_THE_CLOCK),
    Tier.STANDARD: (Coverage.ROUND_THE_CLOCK, Coverage.BUSINESS_HOURS),
    Tier.BASIC: (Coverage.BUSINESS_HOURS, Coverage.BUSINESS_HOURS),
}


def coverage_of(tier: str, severity: str) -> Coverage:
    """The coverage of a tier for a severity."""
    high, other = COVERAGES[tier]
    return high if severity in settings.IMS_HIGH_SEVERITIES else other


def hours_of(coverage: str, calendar: Mapping[str, Any] | None) -> WorkingHours | None:
    """The working hours of a coverage; the calendar is only used for business hours."""
    if coverage == Coverage.ROUND_THE_CLOCK or calendar is None:
        return ROUND_THE_CLOCK
    return working_hours(calendar)


def working_hours(calendar: Mapping[str, Any]) -> WorkingHours:
    """A calendar (timezone, weekly_hours, country, holidays) as working hours, with its own and its country's
    holidays.
    """
    country, own = calendar["country"], frozenset(calendar["holidays"])

    def is_holiday(day: date) -> bool:
        return day.isoformat() in own or (bool(country) and day in public_holidays(country, day.year))

    return WorkingHours(ZoneInfo(calendar["timezone"]), _windows(calendar["weekly_hours"]), is_holiday)


@lru_cache(maxsize=1_000)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """The public holidays of a country in a year. The library's own objects are filled lazily, so threads must not
    share them.
    """
    return frozenset(day for day in country_holidays(country, years=year) if day.year == year)


def _windows(weekly: Mapping[str, Any]) -> dict[int, tuple[tuple[int, int], ...]]:
    return {
        number: tuple((minutes_of(opens) or 0, minutes_of(closes) or 0) for opens, closes in weekly.get(day, ()))
        for number, day in enumerate(WEEKDAYS)
    }
