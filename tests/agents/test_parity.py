"""The verdict of a tool is the verdict of the API: every role, every writing operation, every kind of refusal.

OPERATIONS.tsv says who may; what the API answers to the same request says the rest. After each refusal the business
records are as before, bit for bit.
"""

import hashlib
from functools import cache

import pytest
from django.apps import apps
from django.db import connection, transaction

from agents.entry_point import call_tool
from agents.requests import Caller
from agents.tools import tool_of
from core.models import Record
from core.operations.registry import registry
from tests.api import BASE, Api
from tests.architecture.targets import make
from tests.architecture.test_matrix import SHORT, TABLE
from tests.users.factories import UserFactory
from users.choices import Role
from users.tokens import new_token

pytestmark = pytest.mark.django_db

# What the table names and an agent can ask for by a tool: writes of the API.
OPERATIONS = [
    name
    for name in sorted(TABLE)
    if (found := registry.find(name)) is not None and found.endpoints and not found.reads and found.needs_grant
]
NOT_BUSINESS = {"token"}
NOWHERE = 987_654


@cache
def tables() -> list[str]:
    """The tables of business records."""
    models = [each for each in apps.get_models() if issubclass(each, Record) and each.entity_type not in NOT_BUSINESS]
    return sorted(model._meta.db_table for model in models)


def digest() -> str:
    """A hash over every business record."""
    found = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')  # noqa: S608 - the names are the product's own
            found.update(repr((table, cursor.fetchall())).encode())
    return found.hexdigest()


def permitted(name: str, role: str) -> bool:
    roles = TABLE[name]["roles"]
    return roles == "ALL" or role in {SHORT[each] for each in roles.split()}


def asks(operation):
    """Calls that break something: no such record, an unknown member, an empty body, a stale version, no approval."""
    target = {"id": make(operation.target).pk} if operation.target else {}
    nowhere = {"id": NOWHERE} if operation.target else {}
    more = {"item_id": NOWHERE, "pause_id": NOWHERE}
    further = {name: value for name, value in more.items() if f"{{{name}}}" in operation.endpoints[0]}
    yield {**nowhere, **further}
    yield {**target, **further, "no_such_member": "x"}
    yield {**target, **further}
    if operation.target:
        yield {**target, **further, "if_match": '"999"', "status": "no_such_status"}
    if operation.elevated:
        yield {**target, **further, "approval_id": NOWHERE}


def verdict_of_api(api, operation, arguments):
    """The code of the same request over REST; None for success."""
    request = tool_of(operation).request(arguments)
    options = {} if request.body is None else {"data": request.body, "format": "json"}
    send = getattr(api.client, request.method.lower())
    response = send(f"{BASE}/{request.path.removeprefix('/')}", headers={**api.headers, **request.headers}, **options)
    return None if response.status_code < 400 else response.json()


def comparable(problem):
    return {name: value for name, value in problem.items() if name not in ("request_id", "approval")}


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_tool_refuses_what_the_api_refuses_and_writes_nothing(name):
    operation = registry[name]
    calls = list(asks(operation))
    for role in Role.values:
        person = UserFactory(role=role)
        tokens = {
            "granted": new_token(person, agent="triage-bot", operations=[name])[1],
            "ungranted": new_token(person, agent="triage-bot")[1],
            "capped": new_token(person, agent="triage-bot", operations=[name], daily_caps={name: 0})[1],
        }
        in_person = (
            operation.in_person is not None and operation.in_person.refuses and operation.in_person.unconditional
        )
        before = digest()
        for kind, secret in tokens.items():
            api = Api(None, Authorization=f"Bearer {secret}")
            for arguments in calls if kind == "granted" else calls[:1]:
                with transaction.atomic():
                    result = call_tool(Caller(secret), name, arguments)
                    transaction.set_rollback(not result.refused)
                if not result.refused:
                    continue
                expected = verdict_of_api(api, operation, arguments)
                assert comparable(result.document) == comparable(expected)
                if not permitted(name, role):
                    assert result.document["code"] == "role_not_permitted"
                elif in_person:
                    assert result.document["code"] == "in_person_required"
                elif kind == "ungranted":
                    assert result.document["code"] == "operation_not_granted"
                elif kind == "capped":
                    assert result.document["code"] == "cap_reached"
                else:
                    assert result.document["code"] not in ("role_not_permitted", "operation_not_granted", "cap_reached")
        # Hashed once for a person, because hashing everything takes as long as a call: what succeeded was undone.
        assert digest() == before


def test_every_writing_operation_of_the_table_is_compared():
    assert len(OPERATIONS) > 70
