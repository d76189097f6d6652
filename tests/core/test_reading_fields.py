"""`fields`: a reader chooses among the names of a representation, and only their columns are read."""

import pytest

from audit.models import AuditEntry
from tests.api import capture, fields, statements
from tests.clients.factories import ClientFactory, SubscriptionFactory
from tests.core.reads import LISTS, SINGLES, collection_of, opened, reader, rows_of
from tests.incidents.factories import AffectedClientFactory, IncidentFactory, NoteFactory
from tests.knowledge.factories import ArticleFactory
from tests.products.factories import ProductFactory
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import CC, EX, IM, VC

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", [*LISTS, *SINGLES])
def test_every_field_can_be_selected_alone_with_the_same_value(path):
    caller, address, collection = reader(), opened(path), collection_of(path)
    output = collection.output if path in LISTS else collection.single
    whole = {row["id"]: row for row in rows_of(caller.get(address, expect=200))}
    assert whole

    for name in output.shown_to(caller.user):
        alone = rows_of(caller.get(f"{address}?fields={name}", expect=200))
        assert {tuple(row) for row in alone} == {tuple(dict.fromkeys(("id", name)))}
        for row in rows_of(caller.get(f"{address}?fields={name},id", expect=200)):
            before = whole.get(row["id"], row)
            assert name == "view_count" or row[name] == before[name], name


@pytest.mark.parametrize("path", [*LISTS, *SINGLES])
def test_every_representation_contains_author_and_time(path):
    collection = collection_of(path)
    output = collection.output if path in LISTS else collection.single

    assert {"id", "created_at", "updated_at", "created_by_id", "updated_by_id"} <= set(output.Meta.fields)


@pytest.mark.parametrize("path", [*LISTS, *SINGLES])
def test_an_unknown_name_is_refused(path):
    refused = reader().get(f"{opened(path)}?fields=id,colour", expect=400, code="invalid_filter")

    assert fields(refused) == {"fields"}
    assert "colour" in refused.json()["detail"]


@pytest.mark.parametrize(
    "asked", ["", ",", "id,", "id, id", "ID", "*", "id__in", "version", "imported_row", "%00", "%FF"]
)
def test_an_invalid_list_of_names_is_refused(api, asked):
    VendorFactory()
    refused = api(EX).get(f"/vendors/?fields={asked}", expect=400, code="invalid_filter")
    assert fields(refused) == {"fields"}


def test_names_come_once_and_in_the_order_asked_for(api):
    incident = IncidentFactory()

    shown = api(IM).get(f"/incidents/{incident.pk}/?fields=title,id,title,incident_code", expect=200)

    assert list(shown.json().items()) == [
        ("title", incident.title),
        ("id", incident.pk),
        ("incident_code", f"INC-{incident.pk:08}"),
    ]
    assert shown["ETag"] == '"1"'


def test_only_the_columns_of_the_selected_fields_are_queried(api):
    IncidentFactory()
    caller = api(IM)

    with capture() as queries:
        caller.get("/incidents/?fields=id,incident_code", expect=200)

    (read,) = [each for each in statements(queries) if 'FROM "incidents_incident"' in each]
    assert read.startswith('SELECT "incidents_incident"."id" AS "id" FROM')


def test_parts_that_were_not_asked_for_cost_no_statement(api):
    incident, caller = NoteFactory().incident, api(IM)

    with capture() as queries:
        caller.get(f"/incidents/{incident.pk}/?fields=title,allowed_transitions", expect=200)

    read = " ".join(statements(queries))
    assert "incidents_incidentnote" not in read
    assert "incidents_affectedclient" not in read


HIDDEN = [
    (CC, "/incidents/", "severity_override_reason"),
    (CC, "/incidents/", "id,classification"),
    (CC, "/knowledge-articles/", "reviewer_user_id"),
    (VC, "/knowledge-articles/", "review_comment"),
    (CC, "/incident-reports/", "digest"),
    (VC, "/clients/", "contact_email"),
    (VC, "/clients/", "name,created_by_id"),
]


@pytest.mark.parametrize(("role", "path", "asked"), HIDDEN)
def test_a_name_hidden_from_the_viewer_cannot_be_had(api, role, path, asked):
    refused = api(role).get(f"{path}?fields={asked}", expect=400, code="invalid_filter")

    assert fields(refused) == {"fields"}
    assert asked.rpartition(",")[2] not in refused.json()["errors"][0]["detail"].partition("Known:")[2]


def test_hidden_fields_cannot_be_selected(api):
    contact = UserFactory(role=VC)
    subscription = SubscriptionFactory(product=ProductFactory(vendor=contact.vendor))
    caller = api(contact)

    page = caller.get("/clients/?fields=name&page=1", expect=200).json()
    assert page["results"] == [{"id": subscription.client_id, "name": subscription.client.name}]

    other = UserFactory(role=CC)
    affected = AffectedClientFactory(client=other.client, incident__response_due_at="2030-01-01T00:00:00Z").incident
    shown = api(other).get(f"/incidents/{affected.pk}/?fields=response_due_at,client_name", expect=200).json()
    assert shown == {"id": affected.pk, "response_due_at": None, "client_name": None}


def test_a_record_outside_the_scope_is_not_found_whatever_is_asked_of_it(api):
    incident = IncidentFactory()
    for query in ("", "?fields=id", "?fields=colour", "?expand=colour", "?colour=1"):
        api(CC).get(f"/incidents/{incident.pk}/{query}", expect=404, code="not_found")


def test_a_single_read_takes_no_other_parameters(api):
    client = ClientFactory()
    refused = api(EX).get(f"/clients/{client.pk}/?colour=1&name=x", expect=400, code="invalid_filter")
    assert fields(refused) == {"colour", "name"}


def test_a_view_of_an_article_counts_also_when_the_count_is_not_shown(api):
    article, caller = ArticleFactory(status="published"), api(IM)

    shown = caller.get(f"/knowledge-articles/{article.pk}/?fields=title", expect=200).json()
    assert shown == {"id": article.pk, "title": article.title}
    shown = caller.get(f"/knowledge-articles/{article.pk}/?fields=view_count", expect=200).json()
    assert shown == {"id": article.pk, "view_count": 2}


def test_ranked_matches_take_fields_too(api):
    ArticleFactory(title="Restart the gateway", status="published")

    page = api(IM).get("/knowledge-articles/?search=gateway&fields=title,snippet&expand=author", expect=200).json()

    assert [list(row) for row in page["results"]] == [["id", "title", "snippet", "author"]]
    assert "<mark>" in page["results"][0]["snippet"]


def test_the_audit_trail_records_the_query(api):
    vendor, caller = VendorFactory(), api(EX)
    caller.get(f"/vendors/{vendor.pk}/?fields=vendor_name&expand=created_by", expect=200)

    entry = AuditEntry.objects.filter(origin="discovery", reference_type="vendor", reference_id=vendor.pk).latest("id")
    assert entry.meta["filters"] == {"fields": "vendor_name", "expand": "created_by"}
