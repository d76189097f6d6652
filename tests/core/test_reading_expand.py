"""`expand`: related records next to their ids, in the viewer's scope, with one query for each relation."""

import pytest

from core.reading.sparse_fields import MAX_RELATIONS
from tests.api import capture, fields, statements
from tests.clients.factories import AgreementFactory, SubscriptionFactory
from tests.core.reads import LISTS, SINGLES, collection_of, opened, reader, rows_of
from tests.incidents.factories import AffectedClientFactory, AnalysisFactory, IncidentFactory
from tests.knowledge.factories import ArticleFactory
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, VC

pytestmark = pytest.mark.django_db

EXPANDABLE = [path for path in (*LISTS, *SINGLES) if collection_of(path).related(collection_of(path).output)]
FIVE = "client,component,reporter,assigned_manager,assigned_to"


def test_every_collection_has_relations():
    assert set(EXPANDABLE) == {*LISTS, *SINGLES}


@pytest.mark.parametrize("path", EXPANDABLE)
def test_a_relation_hides_no_name_of_the_record(path):
    collection = collection_of(path)
    for output in (collection.output, collection.single):
        assert set(collection.related(output)).isdisjoint(output.Meta.fields)


@pytest.mark.parametrize("path", EXPANDABLE)
def test_every_relation_shows_the_record_as_its_own_list_does(path):
    caller, address, collection = reader(), opened(path), collection_of(path)

    for name, relation in collection.related(collection.output).items():
        for row in rows_of(caller.get(f"{address}?expand={name}", expect=200)):
            pk = row[relation.shown_as]
            expected = {} if pk is None else relation.target.by_id(caller.user, [pk])
            assert list(row[name] or {}) == list(expected.get(pk, {}))
            assert row[name] is None or row[name]["id"] == pk


@pytest.mark.parametrize("path", EXPANDABLE)
def test_an_unknown_relation_is_refused_and_the_known_ones_are_named(path):
    refused = reader().get(f"{opened(path)}?expand=colour", expect=400, code="invalid_filter")

    assert fields(refused) == {"expand"}
    known = collection_of(path).related(collection_of(path).output)
    assert all(name in refused.json()["detail"] for name in known)


def incidents(count: int) -> None:
    for _ in range(count):
        IncidentFactory(
            component=ComponentFactory(), assigned_manager=UserFactory(role=IM), assigned_to=UserFactory(role=IM)
        )


def read_statements(caller, path: str) -> list[str]:
    with capture() as queries:
        caller.get(path, expect=200)
    return statements(queries)


def test_a_relation_costs_one_statement_however_long_the_page_is():
    caller = reader()
    incidents(2)
    bare = len(read_statements(caller, "/incidents/"))
    few = len(read_statements(caller, f"/incidents/?expand={FIVE}"))
    incidents(8)

    assert len(read_statements(caller, "/incidents/")) == bare <= 5
    assert len(read_statements(caller, f"/incidents/?expand={FIVE}")) == few == bare + 5
    assert len(read_statements(caller, "/incidents/?expand=client")) == bare + 1


def test_a_relation_that_leads_nowhere_costs_none():
    incident, caller = IncidentFactory(), reader()
    bare = len(read_statements(caller, f"/incidents/{incident.pk}/"))

    assert len(read_statements(caller, f"/incidents/{incident.pk}/?expand=component,duplicate_of")) == bare <= 8
    assert caller.get(f"/incidents/{incident.pk}/?expand=component").json()["component"] is None


def test_a_relation_is_shown_next_to_the_selected_fields(api):
    incident = IncidentFactory()

    shown = api(AM).get(f"/incidents/{incident.pk}/?fields=title&expand=client,reporter", expect=200).json()

    assert list(shown) == ["id", "title", "client", "reporter"]
    assert shown["client"]["name"] == incident.client.name
    assert shown["reporter"]["email"] == incident.reporter.email
    assert "client" not in shown["reporter"]


def test_relations_that_are_not_named_as_their_keys_are(api):
    analysis = AnalysisFactory()
    shown = api(IM).get(f"/root-cause-analyses/{analysis.pk}/?expand=analyst", expect=200).json()
    assert shown["analyst"]["id"] == shown["assigned_to"] == analysis.assigned_to_id


def test_a_related_record_outside_the_scope_is_null(api):
    contact, manager = UserFactory(role=CC), UserFactory(role=IM)
    own = IncidentFactory(client=contact.client, reporter=contact, assigned_manager=manager)
    foreign = AffectedClientFactory(client=contact.client).incident
    caller = api(contact)

    page = caller.get("/incidents/?expand=client,reporter,assigned_manager", expect=200).json()["results"]

    shown = {row["id"]: row for row in page}
    assert shown[own.pk]["client"]["id"] == contact.client_id
    assert shown[own.pk]["reporter"]["id"] == contact.pk
    assert shown[own.pk]["assigned_manager"] is None
    assert shown[own.pk]["assigned_manager_id"] == manager.pk
    assert (shown[foreign.pk]["client_id"], shown[foreign.pk]["client"]) == (foreign.client_id, None)


def test_a_related_record_is_redacted_as_in_its_own_list(api):
    contact = UserFactory(role=VC)
    component = ComponentFactory(product__vendor=contact.vendor)
    client = SubscriptionFactory(product=component.product).client
    IncidentFactory(client=client, component=component)

    (row,) = api(contact).get("/incidents/?expand=client,component", expect=200).json()["results"]

    assert row["client"] == {"id": client.pk, "name": client.name}
    assert row["component"]["id"] == component.pk


def test_expand_does_not_disclose_another_clients_agreement(api):
    contact = UserFactory(role=CC)
    agreement = AgreementFactory()
    incident = AffectedClientFactory(client=contact.client, incident__sla_agreement=agreement).incident

    shown = api(contact).get(f"/incidents/{incident.pk}/?expand=sla_agreement", expect=200).json()
    assert (shown["sla_agreement_id"], shown["sla_agreement"]) == (None, None)
    told = api(EX).get(f"/incidents/{incident.pk}/?expand=sla_agreement", expect=200).json()
    assert told["sla_agreement"]["id"] == agreement.pk


@pytest.mark.parametrize(
    ("role", "path", "name"), [(CC, "/knowledge-articles/", "reviewer_user"), (VC, "/clients/", "created_by")]
)
def test_a_relation_whose_id_is_hidden_is_unknown(api, role, path, name):
    ArticleFactory(status="published")
    refused = api(role).get(f"{path}?expand={name}", expect=400, code="invalid_filter")
    assert fields(refused) == {"expand"}


def test_a_request_expands_few_relations(api):
    IncidentFactory()
    caller = api(EX)
    names = [*FIVE.split(","), "resolved_by"]

    refused = caller.get(f"/incidents/?expand={','.join(names)}", expect=400, code="invalid_filter")
    assert fields(refused) == {"expand"}
    assert str(MAX_RELATIONS) in refused.json()["detail"]
    caller.get(f"/incidents/?expand={','.join([*names[: MAX_RELATIONS - 1], names[0]])}", expect=200)
    refused = caller.get(f"/incidents/?expand={','.join([names[0]] * (MAX_RELATIONS + 1))}", expect=400)
    assert fields(refused) == {"expand"}


def test_all_errors_of_fields_and_expand_are_reported_together(api):
    refused = api(EX).get("/incidents/?fields=colour&expand=colour", expect=400, code="invalid_filter")
    assert fields(refused) == {"fields", "expand"}
