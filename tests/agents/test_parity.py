"""The verdict of a tool is the verdict of the API: every role, every writing operation, every kind of refusal.

OPERATIONS.tsv says who may; what the API answers to the same request says the rest. After the refusals all tables
except those of the trail, caps, kept answers and the use of tokens are as before, bit for bit.
"""

import hashlib
from datetime import timedelta
from functools import cache

import pytest
import time_machine
from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from agents.entry_point import call_tool
from agents.requests import Caller
from agents.tools import tool_of
from core.operations.registry import registry
from evals import here
from evals.scripted import REFERENCE
from evals.tasks import TASKS
from tests.api import BASE, Api
from tests.architecture.targets import make
from tests.architecture.test_matrix import SHORT, TABLE
from tests.clients.factories import ClientFactory
from tests.incidents.factories import EscalationFactory
from tests.oracle.asking import cheaply
from tests.users.factories import UserFactory
from users.choices import IM, Role
from users.tokens import new_token

pytestmark = pytest.mark.django_db

# What the table names and an agent can ask for by a tool: writes of the API.
OPERATIONS = [
    name
    for name in sorted(TABLE)
    if (found := registry.find(name)) is not None and found.endpoints and not found.reads and found.needs_grant
]
# What refusals may write: entries of the trail, counts of caps, answers to repeat, and when a token was used.
MAY_CHANGE = ("audit_", "users_agentday", "core_keptanswer", "users_tokenuse")
NOWHERE = 987_654
# Codes that the state of records decides, at least.
BY_STATE = {
    *("precondition_failed", "duplicate", "approval_required", "out_of_scope", "invalid_reference"),
    *("severity_mismatch", "in_person_required"),
}


@cache
def tables() -> list[str]:
    """Every table except those that refusals may change."""
    found = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    return sorted(each for each in found if not each.startswith(MAY_CHANGE))


def digest() -> str:
    """A hash over every row of these tables."""
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


def tokens_of(person, name):
    """The secrets of tokens that differ in what they grant, by kind."""
    retired = UserFactory(role=person.role, status="inactive")
    with time_machine.travel(timezone.now() - timedelta(days=2)):
        expired = new_token(person, agent="triage-bot", operations=[name], days=1)[1]
    elsewhere = {"client": ClientFactory()} if person.role not in ("client_contact", "vendor_contact") else {}
    return {
        "granted": new_token(person, agent="triage-bot", operations=[name])[1],
        "ungranted": new_token(person, agent="triage-bot")[1],
        "capped": new_token(person, agent="triage-bot", operations=[name], daily_caps={name: 0})[1],
        "elsewhere": new_token(person, agent="triage-bot", operations=[name], **elsewhere)[1],
        "expired": expired,
        "inactive": new_token(retired, agent="triage-bot", operations=[name])[1],
        "invalid": "no-such-secret",
    }


# The code that a kind of token has for every operation, whatever is asked.
BY_TOKEN = {"expired": "token_expired", "inactive": "user_inactive", "invalid": "not_authenticated"}


def expected_code(name, role, kind):
    """The code that the table and the token decide; None where the request decides."""
    in_person = registry[name].in_person
    if kind in BY_TOKEN:
        return BY_TOKEN[kind]
    if not permitted(name, role):
        return "role_not_permitted"
    if in_person is not None and in_person.refuses and in_person.unconditional:
        return "in_person_required"
    return {"ungranted": "operation_not_granted", "capped": "cap_reached"}.get(kind)


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_tool_refuses_what_the_api_refuses_and_writes_nothing(name):
    operation = registry[name]
    calls = list(asks(operation))
    for number, role in enumerate(Role.values):
        tokens = tokens_of(UserFactory(role=role), name)
        before = digest()
        # Hashing takes longer than a call: after each refusal of one role, and once for each of the others.
        after_each = number == OPERATIONS.index(name) % len(Role.values)
        for kind, secret in tokens.items():
            for arguments in calls if kind in ("granted", "elsewhere") else calls[:1]:
                result = refused(secret, name, arguments)
                if result is None:
                    continue
                code, decided = result.document["code"], expected_code(name, role, kind)
                assert code == decided if decided else code not in DECIDED
                assert not after_each or digest() == before
        assert digest() == before


# Codes that only the table and the token decide.
DECIDED = {*BY_TOKEN.values(), "role_not_permitted", "operation_not_granted", "cap_reached"}


def refused(secret, name, arguments):
    """The refusal of a call, which is that of the API; None for success, which is undone."""
    with transaction.atomic():
        result = call_tool(Caller(secret), name, arguments)
        transaction.set_rollback(not result.refused)
    if not result.refused:
        return None
    expected = verdict_of_api(Api(None, Authorization=f"Bearer {secret}"), registry[name], arguments)
    assert comparable(result.document) == comparable(expected)
    return result


def test_refusals_that_the_state_of_records_decides_are_those_of_the_api(monkeypatch):
    """The tasks of evals lead to the other kinds of refusals: duties, transitions, preconditions, approvals."""
    codes, wrong = set(), []

    def compared(caller, name, arguments):
        operation = registry.find(name)
        if operation is None or operation.reads:
            return call_tool(caller, name, arguments)
        before = digest()
        result = call_tool(caller, name, arguments)
        if result.refused:
            unchanged = digest() == before
            expected = verdict_of_api(Api(None, Authorization=f"Bearer {caller.secret}"), operation, arguments)
            codes.add(result.document["code"])
            if not unchanged or comparable(result.document) != comparable(expected):
                wrong.append((name, result.document, expected))
        return result

    monkeypatch.setattr(here, "call_tool", compared)
    with cheaply():
        here.scored(REFERENCE, TASKS)
    assert wrong == []
    assert codes >= BY_STATE


@pytest.mark.parametrize("code", ["segregation_of_duties", "invalid_transition"])
def test_duties_and_transitions_are_those_of_the_api(code):
    manager = UserFactory(role=IM)
    given = {"requested_by": manager} if code == "segregation_of_duties" else {"target_user": manager}
    escalation = EscalationFactory(**given)
    name = "escalation.acknowledge" if code == "segregation_of_duties" else "escalation.resolve"
    secret = new_token(manager, agent="triage-bot", operations=[name])[1]
    before = digest()
    assert refused(secret, name, {"id": escalation.pk}).document["code"] == code
    assert digest() == before


def test_every_writing_operation_of_the_table_is_compared():
    assert len(OPERATIONS) > 70
