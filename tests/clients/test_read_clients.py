"""SOP 1: read scopes of clients, subscriptions and agreements, and the number of queries."""

import pytest

from tests.api import capture, statements
from tests.clients.factories import AgreementFactory, AssignmentFactory, ClientFactory, SubscriptionFactory
from tests.products.factories import ProductFactory
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db


def ids(answer):
    return {row["id"] for row in answer.json()["results"]}


@pytest.fixture
def vendor_contact():
    return UserFactory(role=VC)


@pytest.fixture
def subscribed(vendor_contact):
    """A subscription to a product of the vendor contact's vendor."""
    return SubscriptionFactory(product=ProductFactory(vendor=vendor_contact.vendor))


@pytest.mark.parametrize("role", [IM, TS, SA, AM, EX])
def test_staff_read_everything(api, role):
    agreement = AgreementFactory()
    reader = api(role)

    assert ids(reader.get("/clients/", expect=200)) == {agreement.subscription.client_id}
    assert ids(reader.get("/subscriptions/", expect=200)) == {agreement.subscription_id}
    assert ids(reader.get("/sla-agreements/", expect=200)) == {agreement.pk}


def test_a_client_contact_reads_only_the_own_clients_records(api):
    foreign = AgreementFactory()
    contact = UserFactory(role=CC)
    own = AgreementFactory(subscription__client=contact.client)
    reader = api(contact)

    assert ids(reader.get("/clients/")) == {contact.client_id}
    assert ids(reader.get("/subscriptions/")) == {own.subscription_id}
    assert ids(reader.get("/sla-agreements/")) == {own.pk}
    reader.get(f"/clients/{foreign.subscription.client_id}/", expect=404, code="not_found")
    reader.get(f"/subscriptions/{foreign.subscription_id}/", expect=404, code="not_found")
    reader.get(f"/sla-agreements/{foreign.pk}/", expect=404, code="not_found")
    assert reader.get(f"/clients/{contact.client_id}/", expect=200).json()["contact_email"]


def test_a_vendor_contact_reads_names_of_subscribed_clients_only(api, vendor_contact, subscribed):
    ClientFactory()
    reader = api(vendor_contact)
    shown = {"id": subscribed.client_id, "name": subscribed.client.name}

    assert reader.get("/clients/").json()["results"] == [shown]
    assert reader.get(f"/clients/{subscribed.client_id}/", expect=200).json() == shown
    assert ids(reader.get("/subscriptions/")) == set()
    assert ids(reader.get("/sla-agreements/")) == set()
    reader.get(f"/subscriptions/{subscribed.pk}/", expect=404, code="not_found")


def test_discovery_discloses_no_more_to_a_vendor_contact(api, vendor_contact, subscribed):
    SubscriptionFactory(product=subscribed.product)
    many = api(vendor_contact).get("/discovery/?entity_type=client", expect=200).json()
    assert {row["status"] for row in many["results"]} == {None}
    assert [row["status"] for row in api(IM).get("/discovery/?entity_type=client").json()["results"]] == ["active"] * 2

    one = api(vendor_contact).get(f"/discovery/?entity_type=client&id={subscribed.client_id}", expect=200).json()
    assert one["results"] == [{"id": subscribed.client_id, "name": subscribed.client.name}]


def test_a_cancelled_subscription_no_longer_shows_the_client_to_the_vendor(api, vendor_contact, subscribed):
    subscribed.change(status="cancelled")
    api(vendor_contact).get(f"/clients/{subscribed.client_id}/", expect=404, code="not_found")


@pytest.mark.parametrize(
    "asked", ["status=active", "contact_email=a@example.com", "search=a@example.com", "ordering=created_at"]
)
def test_a_vendor_contact_cannot_filter_by_hidden_fields(api, vendor_contact, subscribed, asked):
    api(vendor_contact).get(f"/clients/?{asked}", expect=400, code="invalid_filter")
    assert ids(api(vendor_contact).get(f"/clients/?name={subscribed.client.name}")) == {subscribed.client_id}


def test_filters_narrow_the_lists(api):
    agreement = AgreementFactory(severity_level="P4", response_time_minutes=2000, resolution_time_hours=100)
    AgreementFactory()
    subscription = agreement.subscription
    reader = api(IM)

    assert ids(reader.get(f"/subscriptions/?client_id={subscription.client_id}")) == {subscription.pk}
    assert ids(reader.get(f"/subscriptions/?product_id__in={subscription.product_id}")) == {subscription.pk}
    assert ids(reader.get("/subscriptions/?start_date__gte=2025-01-01")) == set()
    assert ids(reader.get(f"/sla-agreements/?subscription_id={subscription.pk}")) == {agreement.pk}
    assert ids(reader.get("/sla-agreements/?response_time_minutes__gte=2000")) == {agreement.pk}
    assert ids(reader.get("/clients/?client_type__in=startup")) == set()
    reader.get("/clients/?colour=red", expect=400, code="invalid_filter")


def test_clients_can_be_found_by_their_account_manager(api):
    assignment = AssignmentFactory()
    ended = AssignmentFactory(user=assignment.user)
    api(SA).put(f"/clients/{ended.client_id}/account-managers/", {"user_ids": []}, expect=200)

    assert ids(api(IM).get(f"/clients/?account_manager_id={assignment.user_id}")) == {assignment.client_id}


def test_a_single_client_takes_as_many_statements_with_many_managers_as_with_one(api):
    client = AssignmentFactory().client
    reader = api(IM)
    reader.get(f"/clients/{client.pk}/", expect=200)  # notes that the token is in use

    with capture() as one:
        reader.get(f"/clients/{client.pk}/", expect=200)
    AssignmentFactory.create_batch(4, client=client)
    with capture() as many:
        answer = reader.get(f"/clients/{client.pk}/", expect=200).json()

    assert len(answer["account_manager_ids"]) == 5
    assert len(statements(many)) == len(statements(one)) <= 5
