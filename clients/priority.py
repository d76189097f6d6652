"""Clients with a high-priority contract (SOP 13): an active, current subscription with that flag.

"Current" is decided by the date in the client's time zone.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from clients.calendars import DEFAULT_CALENDAR
from clients.choices import SubscriptionStatus
from clients.models import Subscription

_COLUMNS = ("client_id", "start_date", "end_date", "client__calendar__timezone")


def high_priority_clients(client_ids: Iterable[int]) -> set[int]:
    """Those of these clients whose contract is currently high-priority; one statement."""
    marked = Subscription.objects.filter(
        client_id__in=client_ids, high_priority=True, status=SubscriptionStatus.ACTIVE
    ).order_by()
    now = timezone.now()
    return {row["client_id"] for row in marked.values(*_COLUMNS) if _is_current(row, now)}


def _is_current(row: dict[str, Any], now: datetime) -> bool:
    zone = ZoneInfo(row["client__calendar__timezone"] or DEFAULT_CALENDAR["timezone"])
    return is_current(row["start_date"], row["end_date"], now.astimezone(zone).date())


def is_current(start: date, end: date | None, today: date) -> bool:
    """Whether a subscription covers a date; without an end it is open-ended."""
    return start <= today and (end is None or end >= today)
