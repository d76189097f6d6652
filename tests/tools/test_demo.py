"""The demo data contain every reachable status, and the tour runs with them."""

import io
import socket
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from rich.console import Console

from approvals.models import Approval
from audit.verify import verify
from changes.choices import ChangeStatus
from changes.models import ChangeRequest
from clients.choices import ClientStatus, SubscriptionStatus
from clients.models import Client, Subscription
from core.codes import Code
from incidents.choices import IncidentStatus
from incidents.models import Escalation, Incident
from incidents.response.choices import EscalationStatus
from products.choices import ComponentStatus, ProductStatus
from products.models import Component, Product
from tests.users.factories import UserFactory
from tools.commands.demo import Command as DemoCommand
from tools.commands.demo import free_address, staff
from tools.demo.narrator import narrate
from tools.demo.world import load
from tools.pages.sops import SOPS
from tools.tour.chapters import LIFE
from tools.tour.http import Client as HttpClient
from tools.tour.http import sender
from tools.tour.player import Request, play
from tools.tour.stage import send
from tools.tour.steps import Chapter, Step, TourError
from users.choices import Role, UserStatus
from users.models import User
from vendors.choices import VendorStatus
from vendors.models import Vendor

pytestmark = pytest.mark.django_db


def statuses(model):
    return set(model.objects.values_list("status", flat=True))


@pytest.fixture
def world():
    return load(datetime.now(UTC))


def test_the_world_holds_every_state(world):
    assert statuses(User) == set(UserStatus.values)
    assert set(User.objects.filter(is_system=False).values_list("role", flat=True)) == set(Role.values)
    assert statuses(Client) == set(ClientStatus.values)
    assert statuses(Vendor) == set(VendorStatus.values)
    assert statuses(Product) == set(ProductStatus.values)
    assert statuses(Component) == set(ComponentStatus.values)
    assert statuses(Subscription) == set(SubscriptionStatus.values)
    assert statuses(Approval) >= {"pending", "approved", "rejected", "consumed"}
    assert any(approval.expired for approval in Approval.objects.all())
    assert statuses(Incident) == set(IncidentStatus.values)
    assert statuses(Escalation) == set(EscalationStatus.values)
    assert statuses(ChangeRequest) == set(ChangeStatus.values)
    assert verify().verified
    names = set(Client.objects.values_list("name", flat=True))
    assert len(names) == 6


@pytest.fixture
def in_process(monkeypatch):
    """The tour's requests reach the application without a socket."""

    def call(self, method, path, body=None, *, raw=None, **headers):
        if self.token:
            headers["Authorization"] = f"Token {self.token}"
        return send(Request(method, path, headers, body, raw))

    monkeypatch.setattr(HttpClient, "call", call)


def test_the_tour_is_played_in_the_demonstrations_world(world, in_process):
    printed = io.StringIO()

    count = narrate(play(LIFE, sender(""), staff("")), Console(file=printed, width=200))

    steps = [step for chapter in LIFE for step in chapter.steps]
    assert count == len(steps)
    refused = {str(step.refused) for step in steps if step.refused}
    assert [code for code in refused if code not in printed.getvalue()] == []
    assert {chapter.sop for chapter in LIFE if chapter.sop} == set(SOPS)


def test_a_wrong_answer_ends_the_tour(world, in_process):
    chapter = Chapter("A mistake.", (Step("ines", "reads herself", "GET /me/", refused=Code.NOT_FOUND),))
    with pytest.raises(TourError, match="expected 404 not_found, got 200"):
        narrate(play([chapter], sender(""), staff("")), Console(file=io.StringIO()))


def test_a_taken_address_is_refused_with_advice():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(CommandError, match=f"{address} is in use; choose a free address: IMS_BIND="):
            free_address(address)


def test_it_does_not_run_in_production_or_in_a_database_that_is_used(settings):
    UserFactory()
    with pytest.raises(CommandError, match="not empty"):
        call_command(DemoCommand(), "--load-only")
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command(DemoCommand(), "--load-only")
