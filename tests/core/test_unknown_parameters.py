"""Reads refuse unknown parameters instead of ignoring them."""

from collections.abc import Iterator
from typing import Any

import pytest

from core.http.routes import endpoints
from ims.urls import urlpatterns
from tests.api import BASE, fields
from tests.core.bad_requests import World, new_world
from tests.shared import for_module
from users.choices import TS

pytestmark = pytest.mark.django_db

READS = [(endpoint, name) for endpoint, name in sorted(endpoints(urlpatterns)) if endpoint.startswith("GET ")]
# Parameters that a read requires.
NEEDED = {"/discovery/": "&entity_type=incident"}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with for_module(django_db_blocker):
        yield new_world(READS)


@pytest.mark.parametrize("query", ["no_such_parameter=1", "format=xml", "category__contains=x"])
@pytest.mark.parametrize(("endpoint", "name"), READS)
def test_every_read_refuses_unknown_parameters(world, endpoint, name, query):
    caller, (_, path) = world.of(endpoint, name)
    refused = caller.get(f"{path}?{query}{NEEDED.get(path, '')}", expect=400, code="invalid_filter")

    assert fields(refused) == {query.partition("=")[0]}


def test_a_read_without_parameters_states_that(api):
    refused = api(TS).get("/policy/?operation=x", expect=400)
    assert refused.json()["detail"] == "Unknown: operation. This request has no parameters."


def test_the_head_of_a_read_is_as_strict(api):
    caller = api(TS)
    for query, status in (("", 200), ("?operation=x", 400)):
        assert caller.client.head(f"{BASE}/policy/{query}", headers=caller.headers).status_code == status


def test_strangers_learn_nothing_of_parameters(api):
    api().get("/policy/?operation=x", expect=401, code="not_authenticated")
