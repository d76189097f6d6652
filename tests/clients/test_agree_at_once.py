"""SOP 26 under load: two concurrent requests cannot together violate a rule that each alone satisfies."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from clients.models import SlaAgreement
from tests.api import Api
from tests.clients.factories import SubscriptionFactory
from tests.users.factories import UserFactory
from users.choices import EX

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="needs row locks")


def at_once(*requests):
    """The responses to requests that start together, each on a separate connection."""
    start = Barrier(len(requests))

    def run(request):
        try:
            start.wait(timeout=10)
            return request()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(run, requests))


def post(user, body):
    api = Api(user)
    return lambda: api.post("/sla-agreements/", body)


@pytest.mark.usefixtures("committed")
def test_two_agreements_at_once_keep_the_order():
    executive, subscription = UserFactory(role=EX), SubscriptionFactory(subscription_type="custom")
    slow = {"severity_level": "P1", "response_time_minutes": 90, "resolution_time_hours": 9}
    fast = {"severity_level": "P2", "response_time_minutes": 30, "resolution_time_hours": 3}
    bodies = [{"subscription_id": subscription.pk, **each} for each in (slow, fast)]

    answers = at_once(*(post(executive, body) for body in bodies))

    assert sorted(each.status_code for each in answers) == [201, 400]
    assert SlaAgreement.objects.count() == 1


@pytest.mark.usefixtures("committed")
def test_two_agreements_of_one_severity_at_once_are_a_duplicate():
    executive, subscription = UserFactory(role=EX), SubscriptionFactory()
    body = {"severity_level": "P1", "response_time_minutes": 20, "resolution_time_hours": 4}

    answers = at_once(*(post(executive, {"subscription_id": subscription.pk, **body}) for _ in range(3)))

    assert sorted(each.status_code for each in answers) == [201, 409, 409]
    assert SlaAgreement.objects.count() == 1


@pytest.mark.usefixtures("committed")
def test_a_tier_and_an_agreement_changed_at_once_still_fit():
    executive, subscription = UserFactory(role=EX), SubscriptionFactory()
    api = Api(executive)
    body = {"severity_level": "P1", "response_time_minutes": 20, "resolution_time_hours": 4}

    agreed, moved = at_once(
        post(executive, {"subscription_id": subscription.pk, **body}),
        lambda: api.patch(f"/subscriptions/{subscription.pk}/", {"service_level_tier": "basic"}),
    )

    assert (agreed.status_code, moved.status_code) in {(201, 409), (400, 200)}
