"""The demonstration: its world holds every state that can be reached, and its story is told without a flaw."""

import io
import json
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from rich.console import Console

from approvals.models import Approval
from audit.verify import verify
from changes.choices import ChangeStatus
from changes.models import ChangeRequest
from clients.choices import ClientStatus, SubscriptionStatus
from clients.models import Client, Subscription
from ims.demo.chapters import CHAPTERS
from ims.demo.http import Client as HttpClient
from ims.demo.http import Reply
from ims.demo.story import Story, StoryError
from ims.demo.world import load
from incidents.choices import IncidentStatus
from incidents.models import Escalation, Incident
from incidents.response.choices import EscalationStatus
from products.choices import ComponentStatus, ProductStatus
from products.models import Component, Product
from tests.api import Api
from tests.users.factories import UserFactory
from users.choices import Role, UserStatus
from users.models import User
from vendors.choices import VendorStatus
from vendors.models import Vendor

pytestmark = pytest.mark.django_db
KINDS_OF_RULE = (
    "not_authenticated",
    "role_not_permitted",
    "validation_error",
    "invalid_reference",
    "severity_mismatch",
    "duplicate_open_incident",
    "stale_version",
    "invalid_transition",
    "segregation_of_duties",
    "not_found",
    "approval_required",
    "approval_invalid",
)


def statuses(model):
    return set(model.objects.values_list("status", flat=True))


@pytest.fixture
def world():
    return load(datetime.now(UTC))


@pytest.fixture
def over_the_wire(monkeypatch):
    """The story's requests reach the application without a socket."""

    def call(self, method, path, body=None, **headers):
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        if self.token:
            sent["Authorization"] = f"Token {self.token}"
        payload = {} if body is None else {"data": body}
        answer = getattr(Api(None), method.lower())(urlsplit(self.base).path + path, **payload_of(payload), **sent)
        return Reply(answer.status_code, json.loads(answer.content), answer.headers)

    def payload_of(payload):
        return {"body": payload["data"]} if payload else {}

    monkeypatch.setattr(HttpClient, "call", call)


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


def test_the_story_is_told_without_a_flaw_and_notices_one(world, over_the_wire):
    told = io.StringIO()
    story = Story("http://testserver/api/v1", Console(file=told, width=120))
    story.play(CHAPTERS)

    missing = [code for code in KINDS_OF_RULE if code not in told.getvalue()]
    assert missing == []
    with pytest.raises(StoryError, match="answered 200"):
        story.refused("ines", "reads herself", "GET", "/me/", expect="not_found")


def test_it_does_not_run_in_production_or_in_a_database_that_is_used(settings):
    UserFactory()
    with pytest.raises(CommandError, match="not empty"):
        call_command("demo", "--load-only")
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("demo", "--load-only")
