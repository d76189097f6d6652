"""A record outside a contact's scope answers as one that does not exist, on every route, a new one included: in the
path, and where a body names it.
"""

import json

import pytest

from core.http.routes import API_PREFIX, endpoints
from core.operations.entities import model_of
from core.operations.fields import Reference
from core.operations.registry import registry
from ims.urls import urlpatterns
from tests.api import Api
from tests.architecture.targets import make, send, type_of
from tests.contract import description
from tests.users.factories import UserFactory
from users.choices import CC, VC

pytestmark = pytest.mark.django_db

WITH_ID = sorted((endpoint, name) for endpoint, name in endpoints(urlpatterns) if "{id}" in endpoint)
NOBODY = 2**62


def references():
    """Where the body of a new record names another one."""
    for endpoint, name in endpoints(urlpatterns):
        if "{" not in endpoint and endpoint.startswith("POST "):
            for shape in registry[name].shapes:
                yield from (
                    (endpoint, name, field.source or label, field)
                    for label, field in shape().fields.items()
                    if isinstance(field, Reference)
                )


NAMED = [
    (*each, role)
    for each in references()
    for role in (CC, VC)
    if registry[each[1]].roles is None or role in registry[each[1]].roles
]


@pytest.mark.parametrize("role", [CC, VC])
@pytest.mark.parametrize(("endpoint", "name"), WITH_ID)
def test_a_foreign_id_is_one_that_does_not_exist(endpoint, name, role):
    record = make(type_of(endpoint, registry[name]))
    contact = UserFactory(role=role)
    if model_of(record.entity_type).objects.visible_to(contact).filter(pk=record.pk).exists():
        pytest.skip(f"every {role} may read this {record.entity_type}")
    caller = Api(contact)

    foreign, missing = (seen(send(caller, endpoint, pk)) for pk in (record.pk, NOBODY))

    assert foreign == missing
    assert foreign[0] in (403, 404, 405), foreign


def seen(answer):
    """The answer without what differs between any two requests."""
    document = json.loads(answer.content)
    document.pop("request_id", None)
    return answer.status_code, document


def test_the_sweep_has_every_route_of_the_description_that_names_a_record():
    paths = description()["paths"]
    described = {(method, path) for path, actions in paths.items() for method in actions if "{" in path}
    swept = {(method.lower(), f"/{API_PREFIX}{path[1:]}") for method, path in (each.split() for each, _ in WITH_ID)}
    assert swept == {(method, path) for method, path in described if method != "parameters"}
    assert len(swept) > 60


@pytest.mark.parametrize(
    ("endpoint", "name", "field", "kind", "role"), NAMED, ids=[f"{each[1]}-{each[2]}-{each[4]}" for each in NAMED]
)
def test_a_foreign_reference_is_one_that_does_not_exist(endpoint, name, field, kind, role):
    record, contact = make(kind.model.entity_type), UserFactory(role=role)
    if kind.model.objects.visible_to(contact).filter(pk=record.pk).exists():
        pytest.skip(f"every {role} may read this {record.entity_type}")
    caller, path = Api(contact), endpoint.split(" ", maxsplit=1)[1]

    foreign, missing = (told_of(caller.post(path, {field: pk}), field) for pk in (record.pk, NOBODY))

    assert foreign == missing


def told_of(answer, field):
    """The status, and what the answer says of a field."""
    items = answer.json().get("errors", ())
    return answer.status_code, [(each["code"], each["detail"]) for each in items if each.get("field") == field]


def test_the_bodies_that_contacts_send_name_records():
    assert len(NAMED) > 3
