"""Search: every collection has searched columns, which disclose nothing beyond the read scope."""

import pytest
from django.db import models

from core.reading.collections import collections, related_model
from core.reading.serializers import column_of
from tests.approvals.elevated import VENDOR
from tests.approvals.factories import ask
from tests.clients.factories import AgreementFactory, ClientFactory, SubscriptionFactory
from tests.core.reads import LISTS, collection_of, opened, reader
from tests.incidents.factories import IncidentFactory
from tests.knowledge.factories import ReviewFactory, RevisionFactory
from tests.products.factories import ProductFactory
from tests.reporting.factories import MetricFactory, ReportFactory
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import CC, EX, IM, VC

pytestmark = pytest.mark.django_db

TEXTS = (models.CharField, models.TextField)


@pytest.mark.parametrize("path", LISTS)
def test_every_list_can_be_searched(path):
    caller, address = reader(), opened(path)
    page = "&page=1" if collection_of(path).numbered else ""

    assert caller.get(f"{address}?search=no-such words{page}", expect=200).json()["results"] == []


@pytest.mark.parametrize("collection", collections.values(), ids=collections)
def test_search_looks_into_texts_that_are_the_records_own_or_one_others(collection):
    """A path of foreign keys leads to one record: no row is found twice, however it matches."""
    assert collection.search
    for path in collection.search:
        assert isinstance(column_of(collection.model, path)[0], TEXTS), path
        steps = path.split("__")[:-1]
        for end in range(1, len(steps) + 1):
            model = related_model(collection.model, "__".join(steps[: end - 1])) if end > 1 else collection.model
            assert model._meta.get_field(steps[end - 1]).many_to_one, path


@pytest.mark.parametrize("role", [CC, VC])
@pytest.mark.parametrize("collection", collections.values(), ids=collections)
def test_searched_fields_are_visible(collection, role):
    output, viewer = collection.single, UserFactory(role=role)
    own = {name for name in collection.search if "__" not in name}
    shown = set(output.shown_to(viewer))
    if collection.entity_type == "client" and role == VC:
        return  # who sees names only may not search
    assert own <= shown


@pytest.mark.parametrize("collection", collections.values(), ids=collections)
def test_joins_are_made_only_for_a_search(collection):
    plain, asked = (collection.filtered(UserFactory(role=EX), params) for params in ({}, {"search": "x"}))

    assert "JOIN" not in str(plain.query)
    assert ("JOIN" in str(asked.query)) == any("__" in name for name in collection.search)


def ids(caller, path) -> list[int]:
    return [row["id"] for row in caller.get(path, expect=200).json()["results"]]


def a_subscription(**names):
    return SubscriptionFactory(
        client=ClientFactory(name="Acme Trading"), product=ProductFactory(product_name="Ledgerline"), **names
    )


def an_outage():
    return IncidentFactory(title="Payments are stuck")


FOUND = [
    ("/subscriptions/", "acme LEDGER premium", a_subscription),
    ("/sla-agreements/", "P1 acme ledger", lambda: AgreementFactory(subscription=a_subscription())),
    ("/metrics/", "detect stuck", lambda: MetricFactory(incident=an_outage())),
    ("/incident-reports/", "postmortem stuck", lambda: ReportFactory(incident=an_outage())),
    ("/post-incident-reviews/", "stuck", lambda: ReviewFactory(incident=an_outage())),
]


@pytest.mark.parametrize(("path", "text", "maker"), FOUND, ids=[path for path, *_ in FOUND])
def test_records_are_found_by_their_subject(api, path, text, maker):
    record, caller = maker(), api(IM)

    assert ids(caller, f"{path}?search={text}") == [record.pk]
    assert ids(caller, f"{path}?search={text} elsewhere") == []


def test_requests_for_authority_and_handoffs_are_found(api):
    caller = api(IM)
    approval = ask(caller, "vendor.create", VENDOR)
    body = {"reason_code": "needs_person", "details": "The vendor is unknown to us", "operation": "vendor.create"}
    handoff = caller.post("/handoffs/", body, expect=201).json()["id"]

    assert ids(caller, "/approvals/?search=vendor.create") == [approval]
    assert ids(caller, "/approvals/?search=product.create") == []
    assert ids(caller, "/handoffs/?search=UNKNOWN needs") == [handoff]
    assert ids(caller, "/approval-rules/?search=vendor.create") != []


def test_revisions_are_found_by_their_text(api):
    revision = RevisionFactory(body="Restart the broker")
    RevisionFactory(article=revision.article, body="Nothing")

    path = f"/knowledge-articles/{revision.article_id}/revisions/"
    assert ids(api(IM), f"{path}?search=broker") == [revision.pk]


def test_the_trail_is_found_by_act_and_person(api):
    ada = UserFactory(role=EX, name="Ada Quill")
    vendor = VendorFactory()
    api(ada).patch(f"/vendors/{vendor.pk}/", {"status": "suspended"}, expect=200)
    caller = api(IM)

    found = caller.get("/audit-entries/?search=quill vendor.update", expect=200).json()["results"]
    assert [(each["user_id"], each["reference_id"]) for each in found] == [(ada.pk, vendor.pk)]
    followed = caller.get("/audit-entries/?after=0&search=quill", expect=200).json()["results"]
    assert [each["user_id"] for each in followed] == [ada.pk]


def test_a_match_discloses_nothing_about_unreadable_records(api):
    """A client's contact reads no products: their subscription is found by what they do read of it."""
    subscription = a_subscription()
    agreement = AgreementFactory(subscription=subscription)
    contact = api(UserFactory(role=CC, client=subscription.client))

    for path, record in (("/subscriptions/", subscription), ("/sla-agreements/", agreement)):
        assert ids(contact, f"{path}?search=acme") == [record.pk]
        assert ids(contact, f"{path}?search=ledger") == []
        assert ids(api(IM), f"{path}?search=ledger") == [record.pk]


def test_a_contact_finds_records_of_readable_incidents(api):
    made = {"automatic": False, "status": "completed", "digest": "0" * 64}
    report = ReportFactory(incident=an_outage(), **made)
    ReportFactory(incident=IncidentFactory(client=report.incident.client), **made)
    contact = api(UserFactory(role=CC, client=report.incident.client))

    assert ids(contact, "/incident-reports/?search=stuck") == [report.pk]
    assert contact.get("/discovery/?entity_type=incident_report&search=stuck", expect=200).json()["match"] == "one"
