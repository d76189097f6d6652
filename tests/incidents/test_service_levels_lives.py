"""Clocks over HTTP: the gap between resolution and reopening, the client's date, and any order of events."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.choices import Tier
from clients.models import SlaAgreement
from incidents.models import Incident
from tests.api import Api
from tests.incidents.factories import PortalUpdateFactory, WorkaroundFactory
from tests.incidents.test_service_levels import FRIDAY, at, berlin, in_berlin, levels, opened, promise
from tests.users.factories import UserFactory
from users.choices import IM

pytestmark = pytest.mark.django_db

START, STEP = berlin(FRIDAY, 12), timedelta(minutes=10)


class Life:
    """One premium P2 incident and its manager; every event is a request, ten minutes after the one before."""

    def __init__(self, **subscribed):
        self.manager, self.now = Api(UserFactory(role=IM)), START
        agreement = promise(Tier.PREMIUM, "P2", 60, 8, **subscribed)
        QuerySet(SlaAgreement).filter(pk=agreement.pk).update(pauses_allowed=True)
        with at(START):
            self.pk = self.manager.post("/incidents/", opened(agreement), expect=201).json()["id"]
            incident = Incident.objects.get(pk=self.pk)
            WorkaroundFactory(incident=incident)
            PortalUpdateFactory(incident=incident, delivery_status="sent")
        self.path, self.pause, self.resolved = f"/incidents/{self.pk}", None, False

    def play(self, event):
        """Do what is possible now, after ten minutes that count or not."""
        self.now += STEP
        with at(self.now):
            getattr(self, event)()

    def work(self):
        if not self.resolved:
            self.manager.patch(f"{self.path}/", {"title": f"Payments fail since {self.now}"}, expect=200)

    def stop(self):
        if not self.resolved and self.pause is None:
            said = {"reason": "agreed_maintenance", "note": "As agreed."}
            self.pause = self.manager.post(f"{self.path}/pauses/", said, expect=201).json()["id"]

    def go(self):
        if self.pause is not None:
            self.manager.post(f"{self.path}/pauses/{self.pause}/end/", {}, expect=200)
            self.pause = None

    def resolve(self):
        if not self.resolved:
            done = {"resolution_summary": "Restarted."}
            self.manager.post(f"{self.path}/resolve/", done, expect=200)
            self.resolved, self.pause = True, None

    def reopen(self):
        if self.resolved:
            self.manager.post(f"{self.path}/reopen/", {"reason": "It is back."}, expect=200)
            self.resolved = False

    def restamp(self):
        call_command("restamp_incidents", verbosity=0)

    def shown(self):
        with at(self.now):
            return self.manager.get(f"{self.path}/sla/", expect=200).json()


EVENTS = st.lists(st.sampled_from(["work", "stop", "go", "resolve", "reopen", "restamp"]), min_size=3, max_size=9)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EVENTS)
def test_whatever_happens_in_any_order_only_running_minutes_count(capsys, events):
    life, counted, unpaused = Life(), 0, 0
    for event in events:
        minutes = STEP.seconds // 60
        counted += 0 if life.resolved or life.pause is not None else minutes
        unpaused += 0 if life.resolved else minutes
        life.play(event)
        shown = life.shown()
        assert shown["resolution"]["elapsed_minutes"] == counted, events
        assert shown["resolution_without_pauses"]["elapsed_minutes"] == unpaused, events


@pytest.mark.parametrize(("down", "breached"), [(30, False), (31, True)])
def test_the_gap_before_a_reopening_is_no_downtime(down, breached):
    """Thirty minutes until the first resolution, then two hours resolved, then the rest."""
    life = Life(rto_minutes=60)
    with at(START + timedelta(minutes=30)):
        life.resolve()
    with at(START + timedelta(minutes=150)):
        life.reopen()
    with at(START + timedelta(minutes=150 + down)):
        life.resolve()
    shown = life.manager.get(f"{life.path}/", expect=200).json()
    assert shown["rto_breach"] is breached


def test_a_reopening_does_not_judge_a_response_that_came_in_time():
    """Resolved without an acknowledgement: the resolution was the response, and it stays one."""
    life = Life()
    with at(START + timedelta(minutes=30)):
        life.resolve()
    with at(START + timedelta(minutes=200)):
        life.reopen()
        shown = life.manager.get(f"{life.path}/sla/", expect=200).json()
        incident = life.manager.get(f"{life.path}/", expect=200).json()
    assert (shown["response"]["breached"], shown["response"]["elapsed_minutes"]) == (False, 30)
    assert incident["sla_breach"] is False


@pytest.mark.parametrize(
    ("zone", "moment", "current"),
    [
        ("Pacific/Auckland", datetime(2026, 11, 20, 10, 59, tzinfo=UTC), True),
        ("Pacific/Auckland", datetime(2026, 11, 20, 11, 1, tzinfo=UTC), False),
        ("America/Los_Angeles", datetime(2026, 11, 21, 7, 59, tzinfo=UTC), True),
        ("America/Los_Angeles", datetime(2026, 11, 21, 8, 1, tzinfo=UTC), False),
    ],
)
def test_a_subscription_is_current_by_the_date_of_its_client(api, zone, moment, current):
    agreement = promise(Tier.PREMIUM, "P2", 60, 8, end_date=date(2026, 11, 20))
    in_berlin(agreement.subscription.client, timezone=zone)
    with at(moment):
        pk = api(IM).post("/incidents/", opened(agreement), expect=201).json()["id"]
        assert (levels(api, pk)["agreement_id"] == agreement.pk) is current
