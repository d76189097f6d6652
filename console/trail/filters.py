"""What the form of the audit browser asks for, as filters of the trail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from console.operations.references import Choice, meant
from core.text.times import read_day
from users.models import User

# The filters that the trail has under the same name.
PLAIN = ("reference_type", "reference_id", "user_id", "action", "operation", "agent", "request_id")
FIELDS = (*PLAIN, "person", "since", "until")
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """The form as it was filled in, its filters, and why it cannot be read."""

    given: Mapping[str, str]
    filters: Mapping[str, str]
    problem: str = ""


def asked_of(params: Mapping[str, str], viewer: Any) -> Asked:
    """The filters of a request. Days are the viewer's; a person is named by name, address or number."""
    given = {name: text for name in FIELDS if (text := params.get(name, "").strip())}
    filters, problem = {name: given[name] for name in PLAIN if name in given}, ""
    if "person" in given:
        number, _candidates, problem = meant(Choice(User), viewer, given["person"])
        filters |= {} if number is None else {"user_id": str(number)}
    days = {name: read_day(given[name]) for name in ("since", "until") if name in given}
    if None in days.values():
        problem = _("Write a date as in 2026-03-01.")
    elif not problem:
        filters |= {"created_at__gte": _start(days["since"])} if "since" in days else {}
        filters |= {"created_at__lte": _end(days["until"])} if "until" in days else {}
    return Asked(given, filters, problem)


def _start(day: Any) -> str:
    return _midnight(day).isoformat()


def _end(day: Any) -> str:
    return (_midnight(day + timedelta(days=1)) - INSTANT).isoformat()


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
