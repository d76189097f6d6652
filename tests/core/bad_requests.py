"""Targets of bad input: every route with a permitted caller, and the expected refusal."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from audit.models import AuditEntry
from core.http.routes import endpoints
from core.operations.entities import models_by_type
from core.operations.registry import registry
from ims.urls import urlpatterns
from tests.api import Api
from tests.shared import addresses_of, callers_of, seeding
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

ROUTES = sorted(endpoints(urlpatterns))
# The first of these roles that an operation permits asks; those who read everything come first.
ASKERS = (EX, SA, IM, TS, AM, VC, CC)
PROBLEM = {"type", "title", "status", "detail", "code", "error_class", "sop", "rule", "errors", "next", "request_id"}


@dataclass(frozen=True)
class World:
    """For each route a caller whose role may send the request, and an address with existing ids."""

    callers: dict[str, Api]
    addresses: dict[tuple[str, str], tuple[str, str]]

    def of(self, endpoint: str, name: str) -> tuple[Api, tuple[str, str]]:
        """The caller, and the method and path."""
        caller = Api() if registry[name].anonymous else self.callers[role_for(name)]
        return caller, self.addresses[endpoint, name]


def new_world(routes: Iterable[tuple[str, str]]) -> World:
    with seeding():
        return World(callers_of(ASKERS), addresses_of(routes))


def asker(name: str) -> Api:
    """A new caller whose role may perform this operation."""
    return Api(None if registry[name].anonymous else UserFactory(role=role_for(name)))


def role_for(name: str) -> str:
    # Only system administrators may read the acts of other users' tokens.
    askers = [SA] if name == "access.token_activity" else ASKERS
    return next(each for each in askers if registry[name].permits(each))


def written() -> list[tuple[Any, ...]]:
    """How much there is of everything that an act could leave, and the sum of its versions, in one statement.

    Reads leave discovery entries; those do not count.
    """
    tables = {name: model._meta.db_table for name, model in models_by_type().items() if name != "audit_entry"}
    counted = [f"SELECT '{name}', COUNT(*), SUM(version) FROM {table}" for name, table in tables.items()]  # noqa: S608
    counted.append(f"SELECT 'acts', COUNT(*), 0 FROM {AuditEntry._meta.db_table} WHERE origin <> 'discovery'")  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(counted))
        return sorted(cursor.fetchall())


def assert_refused(response: Any, *, statuses: tuple[int, ...] = ()) -> dict[str, Any]:
    """The response is a problem document of the 4xx kind."""
    assert 400 <= response.status_code < 500, (response.status_code, response.content[:500])
    assert response["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert set(document) >= PROBLEM
    assert document["status"] == response.status_code
    assert not statuses or response.status_code in statuses, response.content[:500]
    return document
