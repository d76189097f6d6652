"""The console by role: permitted lists and pages, and their content."""

from typing import Any

import pytest

from approvals.models import Approval, ApprovalRule, Handoff
from audit.models import AuditEntry
from changes.models import ChangeRequest, RollbackRequest
from clients.models import Client, SlaAgreement, Subscription
from incidents.models import (
    Communication,
    CorrelationRule,
    Escalation,
    EventCorrelation,
    EventRecord,
    Incident,
    RootCauseAnalysis,
    Workaround,
)
from knowledge.models import ActionItem, Article, PostIncidentReview
from products.models import Component, Product
from reporting.models import IncidentReport, Metric
from resolution.models import MitigationConfirmation, Reopening
from tests.clients.factories import ClientFactory, SubscriptionFactory
from tests.console.world import World, browser, build_world, list_of, own, page_of, registered
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC, Role
from users.models import Token, User
from vendors.models import Vendor

OWN = frozenset({User, Token, Approval, Handoff, AuditEntry})
OF_CLIENT = frozenset({Client, Subscription, SlaAgreement, Incident})
OF_VENDOR = frozenset({Client, Vendor, Product, Component, Incident})
RESPONSES = frozenset({Escalation, Communication, Workaround, RootCauseAnalysis})
CHANGES = frozenset({ChangeRequest, RollbackRequest})
RESOLUTIONS = frozenset({IncidentReport, MitigationConfirmation, Reopening})
EVENTS = frozenset({EventRecord, EventCorrelation, CorrelationRule})
LEARNING = frozenset({Article, PostIncidentReview, ActionItem})
FOR_STAFF = frozenset({ApprovalRule, Metric}) | EVENTS | LEARNING
EVERYTHING = OWN | OF_CLIENT | OF_VENDOR | RESPONSES | CHANGES | RESOLUTIONS | FOR_STAFF
# The read scopes of each role by the decisions: the expectation, independent of the registry.
OPEN = {**dict.fromkeys((IM, TS, SA, AM, EX), EVERYTHING), CC: OWN | OF_CLIENT | {Communication}}
OPEN[CC] |= {IncidentReport, MitigationConfirmation, Article, ActionItem}
OPEN[VC] = OWN | OF_VENDOR | RESPONSES | CHANGES | {Reopening, Article, ActionItem}
AUDITORS = (IM, SA, EX)
STAFF = (IM, TS, SA, AM, EX)


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def test_every_readable_type_is_registered_and_no_secret_one() -> None:
    assert set(registered()) == EVERYTHING


@pytest.mark.parametrize("role", Role.values)
def test_overview_and_sidebar_list_what_the_role_may_open(world: World, role: str) -> None:
    page = browser(world.people[role]).get("/console/")
    html = page.content.decode()
    assert page.status_code == 200
    assert {model for model in EVERYTHING if f'href="{list_of(model)}"' in html} == OPEN[role]


@pytest.mark.parametrize("role", Role.values)
def test_lists_open_for_the_roles_that_may_read_them(world: World, role: str) -> None:
    visitor = browser(world.people[role])
    answers = {model: visitor.get(list_of(model)).status_code for model in EVERYTHING}
    assert answers == {model: 200 if model in OPEN[role] else 403 for model in EVERYTHING}


@pytest.mark.parametrize("role", Role.values)
def test_pages_open_in_scope_and_are_not_found_outside_it(world: World, role: str) -> None:
    person = world.people[role]
    visitor = browser(person)
    expected = {model: 200 if model in OPEN[role] else 403 for model in world.near}
    assert {model: visitor.get(page_of(record)).status_code for model, record in world.near.items()} == expected
    if role not in STAFF:
        expected = {model: 404 if model in OPEN[role] else 403 for model in world.far}
    assert {model: visitor.get(page_of(record)).status_code for model, record in world.far.items()} == expected


@pytest.mark.parametrize("role", Role.values)
def test_own_records_open_for_everybody_and_those_of_others_as_decided(world: World, role: str) -> None:
    visitor = browser(world.people[role])
    mine, theirs = own(world.people[role]), own(UserFactory(role=CC))
    assert {visitor.get(page_of(record)).status_code for record in mine.values()} == {200}
    expected = {User: role in STAFF, Approval: role in STAFF, Token: False}
    expected |= dict.fromkeys((Handoff, AuditEntry), role in AUDITORS)
    answers = {model: visitor.get(page_of(record)).status_code for model, record in theirs.items()}
    assert answers == {model: 200 if readable else 404 for model, readable in expected.items()}


@pytest.mark.parametrize("role", [CC, VC])
def test_lists_of_contacts_hold_nothing_from_outside_their_scope(world: World, role: str) -> None:
    visitor = browser(world.people[role])
    pages = [visitor.get(list_of(model)).content.decode() for model in OPEN[role]]
    pages += [
        visitor.get(page_of(record)).content.decode() for model, record in world.near.items() if model in OPEN[role]
    ]
    names = [str(record) for model, record in world.far.items() if model in (Client, Vendor, Product, Component)]
    names += ["Outage far", "note far", "Neighbour near"]
    assert [name for name in names for page in pages if name in page] == []


def test_people_outside_the_scope_are_not_named(world: World) -> None:
    incident = world.near[Incident]
    html = browser(world.people[CC]).get(page_of(incident)).content.decode()
    assert incident.reporter.name not in html
    assert "not shown to you" in html
    assert incident.reporter.name in browser(world.people[IM]).get(page_of(incident)).content.decode()


def test_vendor_contacts_see_of_a_client_only_its_name(world: World) -> None:
    visitor, client = browser(world.people[VC]), world.near[Client]
    for address in (list_of(Client), page_of(client)):
        html = visitor.get(address).content.decode()
        assert client.name in html
        for hidden in (client.contact_email, client.registration_number, "Account managers", "Business hours"):
            assert hidden not in html


def test_client_contacts_see_public_notes_and_no_inner_reasoning(world: World) -> None:
    incident = world.near[Incident]
    html = browser(world.people[CC]).get(page_of(incident)).content.decode()
    assert "Public note near" in html
    for hidden in ("Inner note near", "Severity rule", "Facts", "Root cause undetermined"):
        assert hidden not in html
    html = browser(world.people[VC]).get(page_of(incident)).content.decode()
    assert "Inner note near" in html


def test_no_page_shows_a_digest_of_a_token_or_a_password(world: World) -> None:
    person = world.people[SA]
    token = own(person)[Token]
    visitor = browser(person)
    for address in (list_of(Token), page_of(token), list_of(User), page_of(person)):
        html = visitor.get(address).content.decode()
        assert token.digest not in html
        assert person.password not in html


ORACLES = [
    ("/console/users/user/?password__startswith=md5", SA),
    ("/console/users/user/?tokens__digest__startswith=a", SA),
    ("/console/users/token/?digest__startswith=a", SA),
    ("/console/incidents/incident/?client__contact_email__startswith=a", VC),
    ("/console/clients/client/?status__exact=active", VC),
    ("/console/clients/client/?contact_email__startswith=a", VC),
    ("/console/clients/client/?created_at__year=2025", IM),
]


@pytest.mark.parametrize(("address", "role"), ORACLES)
def test_filters_disclose_nothing_about_hidden_values(world: World, address: str, role: str) -> None:
    assert browser(world.people[role]).get(address).status_code == 400


def test_search_of_vendor_contacts_looks_into_names_only(world: World) -> None:
    client = world.near[Client]
    html = browser(world.people[VC]).get(list_of(Client), {"q": client.registration_number}).content.decode()
    assert page_of(client) not in html
    assert page_of(client) in browser(world.people[VC]).get(list_of(Client), {"q": client.name}).content.decode()


def test_filters_by_a_reference_stay_inside_the_scope(world: World) -> None:
    other = world.far[Client]
    visitor = browser(world.people[CC])
    answer = visitor.get(list_of(Incident), {"client": other.pk})
    assert answer.status_code == 200
    assert "Outage near" not in answer.content.decode()
    assert "Outage far" not in answer.content.decode()
    staff = browser(world.people[IM]).get(list_of(Incident), {"client": other.pk}).content.decode()
    assert "Outage far" in staff
    assert "Outage near" not in staff


@pytest.mark.parametrize("value", ["x", "1;", "9" * 40, "-1", "١"])
def test_a_reference_that_is_no_number_is_left_out(world: World, value: str) -> None:
    answer = browser(world.people[IM]).get(list_of(Incident), {"client": value})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{list_of(Incident)}?e=1")


def test_no_page_declares_a_column_that_the_api_does_not_show(world: World) -> None:
    """A misspelled name would silently hide a column: staff must be able to read each through the API."""
    viewer = world.people[IM]
    for model, page in registered().items():
        sections = [name for _, names in page.sections for name in names]
        for name in (*page.columns, *page.filter_columns, *page.value_filters, *page.search_columns, *sections):
            for each in name if isinstance(name, tuple) else (name,):
                assert page.readable(each, viewer), f"{model.__name__}.{each}"
        assert set(page.order) <= {*page.columns, "id"}


def test_related_lists_are_linked_for_those_who_may_open_them(world: World) -> None:
    client = world.near[Client]
    html = browser(world.people[IM]).get(page_of(client)).content.decode()
    for model in (Incident, Subscription, User):
        assert f"{list_of(model)}?client={client.pk}" in html
    assert f"/console/trail/?reference_type=client&amp;reference_id={client.pk}" in html
    html = browser(world.people[VC]).get(page_of(client)).content.decode()
    assert f"{list_of(Incident)}?client={client.pk}" in html
    assert list_of(Subscription) not in html


def test_an_expired_subscription_ends_the_sight_of_a_client(world: World) -> None:
    former = ClientFactory()
    SubscriptionFactory(client=former, product=world.near[Product], status="expired")
    assert browser(world.people[VC]).get(page_of(former)).status_code == 404


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 30, "x", "1'--"])
def test_unknown_records_are_not_found(world: World, pk: str) -> None:
    assert browser(world.people[IM]).get(f"{list_of(Vendor)}{pk}/change/").status_code == 404


def test_values_are_escaped(world: World) -> None:
    name: Any = "<script>alert(1)</script>"
    client = ClientFactory(name=name)
    incident = world.near[Incident]
    incident.change(client=client, title=name, description=name, classification={"x": name})
    visitor = browser(world.people[IM])
    for address in (list_of(Incident), page_of(incident), list_of(Client), page_of(client)):
        html = visitor.get(address).content.decode()
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert" in html
