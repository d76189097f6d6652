"""docs/service-levels.md is true: each line of its tables is lived through over HTTP."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from clients.calendars import WEEKDAYS
from clients.models import Calendar
from incidents.models import Incident
from tests.clients.factories import AgreementFactory, SubscriptionFactory
from tests.incidents.factories import PortalUpdateFactory, WorkaroundFactory
from tests.incidents.test_service_levels import at, levels, opened
from users.choices import IM, SA

pytestmark = pytest.mark.django_db

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "service-levels.md").read_text(encoding="utf-8")
BERLIN = ZoneInfo("Europe/Berlin")
TARGETS = {"P1": (15, 2), "P2": (60, 4), "P3": (60, 4)}


def lines_of(first_column):
    """The lines of the table whose first column has this title."""
    _, _, rest = PAGE.partition(f"| {first_column} |")
    rows = [line for line in rest.split("\n\n")[0].splitlines()[2:] if line.startswith("|")]
    return [tuple(cell.strip() for cell in row.strip("|").split(" | ")) for row in rows]


HOURS = {name.strip("| "): cells for name, *cells in lines_of("name")}
DUE_TIMES, LIVES = lines_of("coverage"), lines_of("tier")


def weekly_hours(text):
    """`mon–fri 08:00–12:00 and 13:00–18:00; sat 09:00–13:00` as a calendar has it."""
    weekly = {}
    for part in text.split("; "):
        days, _, times = part.partition(" ")
        first, last = (days.split("–") * 2)[:2]
        for day in WEEKDAYS[WEEKDAYS.index(first) : WEEKDAYS.index(last) + 1]:
            weekly[day] = [window.split("–") for window in times.split(" and ")]
    return weekly


def subscribed(tier, hours, holidays=()):
    subscription = SubscriptionFactory(service_level_tier=tier)
    weekly = weekly_hours(HOURS[hours][0])
    Calendar(client=subscription.client, timezone="Europe/Berlin", weekly_hours=weekly, holidays=list(holidays)).save()
    return subscription


def moment(text):
    """`Fri 2026-03-20 16:50` or `Fri 20 16:50`, in Berlin; the weekday is checked."""
    weekday, day, time = text.split()
    local = datetime.fromisoformat(f"{day if '-' in day else f'2026-03-{day}'}T{time}").replace(tzinfo=BERLIN)
    assert f"{local:%a}" == weekday
    return local.astimezone(UTC)


def test_the_tables_are_found():
    assert (len(HOURS), len(DUE_TIMES), len(LIVES)) == (3, 17, 9)


@pytest.mark.parametrize("name", HOURS)
def test_the_longest_day_and_the_week_are_those_of_the_hours(name):
    hours, longest, week = HOURS[name]
    lengths = [
        sum((_minute(closes) - _minute(opens)) for opens, closes in windows) for windows in weekly_hours(hours).values()
    ]
    assert (max(lengths), sum(lengths)) == (int(longest), int(week))


def _minute(text):
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


@pytest.mark.parametrize("line", DUE_TIMES, ids=" ".join)
def test_a_due_time_is_the_one_of_the_page(api, line):
    coverage, hours, holidays, detected, target, budget, due = line
    tier, severity = coverage.strip("| ").split()
    subscription = subscribed(tier, hours, re.findall(r"[\d-]{10}", holidays))
    agreement = AgreementFactory(subscription=subscription, severity_level=severity, response_time_minutes=int(target))
    with at(moment(detected)):
        incident = api(IM).post("/incidents/", opened(agreement), expect=201).json()
        answer = levels(api, incident["id"])
    step = answer["arithmetic"]["response"]
    due_at = moment(due).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (step["target_minutes"], step["budget_minutes"]) == (int(target), int(budget))
    assert answer["response"]["due_at"] == step["due_at"] == incident["response_due_at"] == due_at
    assert max(step["budget_used_up_at"], step["target_passed_at"]) == due_at
    assert f"= {budget} covered minutes" in step["sentence"]


class Life:
    """The steps of an incident, each one a request."""

    def __init__(self, api, tier, severity):
        self.api, self.caller, self.pk = api, api(IM), None
        subscription = subscribed(tier, "office")
        agreements = {
            level: AgreementFactory(
                subscription=subscription,
                severity_level=level,
                response_time_minutes=response,
                resolution_time_hours=resolution,
                pauses_allowed=True,
            )
            for level, (response, resolution) in TARGETS.items()
        }
        self.agreement = agreements[severity]

    def detected(self):
        self.pk = self.caller.post("/incidents/", opened(self.agreement), expect=201).json()["id"]
        incident = Incident.objects.get(pk=self.pk)
        WorkaroundFactory(incident=incident)
        PortalUpdateFactory(incident=incident, delivery_status="sent")

    def acknowledged(self):
        self.caller.patch(f"/incidents/{self.pk}/", {"status": "in_progress"}, expect=200)

    def raised(self):
        self.caller.patch(f"/incidents/{self.pk}/", {"severity": "P1"}, expect=200)

    def paused(self):
        body = {"reason": "agreed_maintenance", "note": "The client's own window."}
        self.pause = self.caller.post(f"/incidents/{self.pk}/pauses/", body, expect=201).json()["id"]

    def resumed(self):
        self.caller.post(f"/incidents/{self.pk}/pauses/{self.pause}/end/", {}, expect=200)

    def resolved(self):
        self.caller.post(f"/incidents/{self.pk}/resolve/", {"resolution_summary": "Restarted."}, expect=200)

    def reopened(self):
        self.caller.post(f"/incidents/{self.pk}/reopen/", {"reason": "It is back."}, expect=200)


@pytest.mark.parametrize("line", LIVES, ids=" ".join)
def test_the_examples_of_the_page_are_correct(api, line):
    tier, told, *expected = line
    severity, steps = told.split(" ", maxsplit=1)
    life = Life(api, tier.strip("| "), severity)
    for step in steps.split("; "):
        when, _, verb = step.rpartition(" ")
        with at(moment(when)):
            getattr(life, verb)()
    with at(moment(when)):
        answer = levels(api, life.pk)
    clocks = (answer[name] for name in ("response", "resolution", "resolution_without_pauses"))
    assert [judged(each) for each in clocks] == [cell.strip("| ") for cell in expected]


def judged(clock):
    due_at = clock["due_at"]
    local = datetime.fromisoformat(due_at).astimezone(BERLIN) if due_at else None
    result = "breached" if clock["breached"] else "kept" if clock["met_at"] else "running"
    return f"{f'{local:%a %d %H:%M}' if local else '–'} {result}"


def test_business_hours_do_not_reach_over_midnight(api):
    client = SubscriptionFactory().client
    body = {"timezone": "Europe/Berlin", "weekly_hours": {"mon": [["22:00", "06:00"]]}}
    refused = api(SA).put(f"/clients/{client.pk}/calendar/", body, expect=400, code="validation_error")
    assert "22:00 must be before 06:00" in refused.json()["errors"][0]["detail"]
