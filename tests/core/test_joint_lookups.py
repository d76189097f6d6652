"""Records of several tables in one statement are those that one statement for each table finds."""

import pytest

from clients.models import Client
from core.sql.lookups import MOST_ROWS, by_ids, by_ids_of_each
from products.models import Component
from tests.api import capture, statements
from tests.clients.factories import ClientFactory
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from users.models import User

pytestmark = pytest.mark.django_db
MISSING = 10**9


def values(records):
    return {
        record.pk: {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}
        for record in records
    }


def looked_up(*wanted):
    """What is found at once, compared with what single statements find; and the number of statements."""
    with capture() as queries:
        found = by_ids_of_each(wanted)
    assert [values(each.values()) for each in found] == [values(by_ids(queryset, ids)) for queryset, ids in wanted]
    assert all(list(each) == [record.pk for record in each.values()] for each in found)
    return found, len(statements(queries))


def test_people_clients_and_components_take_one_statement():
    people, client, component = {UserFactory().pk, UserFactory().pk}, ClientFactory().pk, ComponentFactory(ports=[1]).pk
    found, cost = looked_up(
        (User.objects.all(), people), (Client.objects.all(), {client}), (Component.objects.all(), {component})
    )
    assert [set(each) for each in found] == [people, {client}, {component}]
    assert cost == 1


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_one_that_is_missing_does_not_hide_the_others(missing):
    ids = [{UserFactory().pk}, {ClientFactory().pk}, {ComponentFactory().pk}]
    ids[missing] = {MISSING}
    found, cost = looked_up(*zip((User.objects.all(), Client.objects.all(), Component.objects.all()), ids, strict=True))
    assert [set(each) for each in found] == [set() if pk == {MISSING} else pk for pk in ids]
    assert cost == 1


def test_tables_without_ids_are_not_asked():
    found, cost = looked_up((User.objects.all(), set()), (Client.objects.all(), {ClientFactory().pk}))
    assert not found[0]
    assert cost == 1
    assert looked_up((User.objects.all(), set()), (Client.objects.all(), set())) == ([{}, {}], 0)


def test_a_restricted_table_has_a_statement_for_itself():
    hidden, seen, client = UserFactory(), UserFactory(), ClientFactory()
    found, cost = looked_up(
        (User.objects.filter(pk=seen.pk), {hidden.pk, seen.pk}),
        (Client.objects.all(), {client.pk}),
        (Component.objects.all(), {ComponentFactory().pk}),
    )
    assert set(found[0]) == {seen.pk}
    assert cost == 2


def test_many_ids_are_not_multiplied():
    people, clients = ({make().pk for _ in range(MOST_ROWS // 2)} for make in (UserFactory, ClientFactory))
    found, cost = looked_up((User.objects.all(), people), (Client.objects.all(), clients))
    assert [set(each) for each in found] == [people, clients]
    assert cost == 2
