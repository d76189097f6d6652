"""The one format of dates and times at every entry point: RFC 3339, and the permitted years of records.

Dates are YYYY-MM-DD; times have an offset, or are in UTC. The other forms of ISO 8601 (week dates, ordinal dates, the
compact form) are refused, because readers misinterpret them.
"""

import re
from datetime import UTC, date, datetime

# Times of records are not before EARLIEST, and before LATEST.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
# The range that both databases compare in any time zone.
FIRST_COMPARABLE, LAST_COMPARABLE = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(
    rf"{DAY.pattern}[T ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\.[0-9]{{1,9}})?)?(Z|[+-][0-9]{{2}}:[0-9]{{2}})?"
)


def read_day(text: str) -> date | None:
    """The date in a text; None for another format or an invalid date."""
    try:
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None


def read_moment(text: str) -> datetime | None:
    """The time in a text, in UTC; None for another format or an invalid time."""
    try:
        moment = datetime.fromisoformat(text) if MOMENT.fullmatch(text) else None
        return moment and (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC))
    except (ValueError, OverflowError):
        return None
