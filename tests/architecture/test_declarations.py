"""Each operation declares its body and response; each read that returns no record declares its response."""

from dataclasses import replace

import pytest
from rest_framework.serializers import BaseSerializer

from core.codes import Code
from core.errors import Refusal, UndeclaredError
from core.http.routes import API_PREFIX
from core.operations.dispatch import submit
from core.operations.registry import EntryPoint, OneOf, registry
from core.schema.answers import ReadResponse
from ims.docs.views import read_schema
from ims.views import DiscoveryView, InboxView
from tests.users.factories import UserFactory
from users.choices import EX

WRITES = [each for each in registry if each.entry_point is EntryPoint.REST and each.writes]


def shapes(declared):
    return declared.shapes if isinstance(declared, OneOf) else (declared,)


@pytest.mark.parametrize("operation", WRITES, ids=lambda each: each.name)
def test_a_write_declares_the_serializer_of_its_answer(operation):
    assert all(issubclass(shape, BaseSerializer) for shape in shapes(operation.answers))


@pytest.mark.parametrize("operation", WRITES, ids=lambda each: each.name)
def test_the_description_of_a_write_follows_from_its_declaration(operation):
    for endpoint in operation.endpoints:
        method, _, path = endpoint.partition(" ")
        described = read_schema()["paths"][f"/{API_PREFIX}{path.removeprefix('/')}"][method.lower()]
        assert ("requestBody" in described) == (operation.body is not None), endpoint
        assert described["x-ims-operation"] == operation.name


def test_a_body_with_several_shapes_has_an_answer_for_each():
    several = [each for each in WRITES if isinstance(each.body, OneOf)]

    assert [each.name for each in several] == ["sla.create"]
    for operation in several:
        assert isinstance(operation.answers, OneOf)
        assert set(operation.answers.by_member) == set(operation.body.by_member)


def test_a_read_names_an_answer_that_is_no_record_on_its_action():

    for action in (DiscoveryView.search, InboxView.inbox):
        assert isinstance(action.answers, ReadResponse)


@pytest.mark.django_db
def test_a_refusal_with_a_code_that_is_not_declared_fails(monkeypatch):
    vendor = {
        "vendor_name": "Nimbus",
        "vendor_type": "cloud_service_provider",
        "contact_email": "hello@nimbus.example",
        "contact_phone": "+442079460000",
    }
    executive = UserFactory(role=EX)
    submit("vendor.create", actor=executive, body=vendor)
    with pytest.raises(Refusal, match="duplicate"):
        submit("vendor.create", actor=executive, body=vendor)

    wrong = replace(registry["vendor.create"], raises=registry["vendor.create"].raises - {Code.DUPLICATE})
    monkeypatch.setitem(registry._operations, "vendor.create", wrong)

    with pytest.raises(UndeclaredError, match=r"vendor\.create refuses with duplicate, which it does not declare"):
        submit("vendor.create", actor=executive, body=vendor)
