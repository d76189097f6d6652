"""Targets of bad input: every route with a permitted caller, and the expected refusal."""

from typing import Any

from django.db import connection

from audit.models import AuditEntry
from core.http.routes import endpoints
from core.operations.entities import models_by_type
from core.operations.registry import registry
from ims.urls import urlpatterns
from tests.api import Api
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

ROUTES = sorted(endpoints(urlpatterns))
# The first of these roles that an operation permits asks; those who read everything come first.
ASKERS = (EX, SA, IM, TS, AM, VC, CC)
PROBLEM = {"type", "title", "status", "detail", "code", "error_class", "sop", "rule", "errors", "next", "request_id"}


def asker(name: str) -> Api:
    # Only system administrators may read the acts of other users' tokens.
    askers = [SA] if name == "access.token_activity" else ASKERS
    role = next(each for each in askers if registry[name].permits(each))
    return Api(None if registry[name].anonymous else UserFactory(role=role))


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
