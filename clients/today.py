"""The current date of a client, in the time zone of its calendar."""

from datetime import date
from zoneinfo import ZoneInfo

from django.utils import timezone

from clients.calendars import DEFAULT_CALENDAR
from clients.models import Calendar, Client


def client_today(client: Client) -> date:
    zone = Calendar.objects.filter(client=client).order_by().values_list("timezone", flat=True).first()
    return timezone.now().astimezone(ZoneInfo(zone or DEFAULT_CALENDAR["timezone"])).date()
