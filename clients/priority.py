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
    return {row["client_id"] for row in marked.values(*_COLUMNS) if is_current_in(row, row[_COLUMNS[-1]], now)}


def is_current_in(row: dict[str, Any], zone: str | None, now: datetime) -> bool:
    """Whether the subscription of a row is current in the client's time zone."""
    today = now.astimezone(ZoneInfo(zone or DEFAULT_CALENDAR["timezone"])).date()
    return is_current(row["start_date"], row["end_date"], today)


def is_current(start: date, end: date | None, today: date) -> bool:
    """Whether a subscription covers a date; without an end it is open-ended."""
    return start <= today and (end is None or end >= today)
