"""A record outside a contact's scope answers as one that does not exist, on every route, a new one included."""

import json

import pytest

from core.http.routes import endpoints
from core.operations.entities import model_of
from core.operations.registry import registry
from ims.urls import urlpatterns
from tests.api import Api
from tests.architecture.targets import make, send, type_of
from tests.users.factories import UserFactory
from users.choices import CC, VC

pytestmark = pytest.mark.django_db

WITH_ID = sorted((endpoint, name) for endpoint, name in endpoints(urlpatterns) if "{id}" in endpoint)
NOBODY = 2**62


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


def test_the_sweep_covers_most_routes():
    assert len(WITH_ID) > 60
