"""The product and its peers answer the requests that the benchmarks measure. Nothing is timed."""

import json
import urllib.request
from collections.abc import Iterator

import pytest
from django.db import connection

from benchmarks.serving import APPLICATIONS, World, world

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="the benchmarks run on PostgreSQL only")
INCIDENTS = 40
ANSWERS = {"list": 200, "get": 200, "create": 201}


@pytest.fixture(scope="module")
def small() -> Iterator[World]:
    with world(INCIDENTS, migrated=True) as filled:
        yield filled


def ask(address, told, name, body):
    """The status and the JSON of a request of the benchmarks."""
    asked = urllib.request.Request(
        f"http://{address}{told['requests'][name]['path']}",
        headers={"Authorization": f"Token {told['token']}", "Content-Type": "application/json"},
        data=json.dumps(body).encode() if body else None,
    )
    with urllib.request.urlopen(asked) as answer:  # noqa: S310 - our own server
        return answer.status, json.load(answer)


@pytest.mark.parametrize(("number", "name"), [*enumerate(APPLICATIONS)], ids=[*APPLICATIONS])
def test_every_request_of_the_comparison_is_answered(small, number, name):
    creation = small.told["requests"]["create"]["body"]
    bodies = {"create": {**creation, "component_id": creation["component_id"] + 1 + number}}
    with small.serve(name) as address:
        answers = {request: ask(address, small.told, request, bodies.get(request)) for request in ANSWERS}

    assert {request: status for request, (status, _) in answers.items()} == ANSWERS
    listed, got, created = (answer for _, answer in answers.values())
    assert len(listed["results"]) > 0
    assert {each["severity"] for each in listed["results"]} == {"P3"}
    assert got["id"] == int(small.told["requests"]["get"]["path"].rstrip("/").rpartition("/")[2])
    assert len(got["notes"]) == 3
    assert created["title"] == creation["title"]
