"""Compares the policy's table of operations with the registry and with the server's response to each role."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from core.http.routes import endpoints
from core.operations.registry import EntryPoint, registry
from ims.urls import urlpatterns
from tests.api import Api
from tests.architecture.targets import can_make
from tests.shared import addresses_of, callers_of, for_module, seeding
from users.choices import AM, CC, EX, IM, SA, TS, VC, Role, UserStatus

SHORT = {"IM": IM, "TS": TS, "SA": SA, "AM": AM, "EX": EX, "VC": VC, "CC": CC}

with Path(__file__).with_name("OPERATIONS.tsv").open(encoding="utf-8") as lines:
    TABLE = {row["operation"]: row for row in csv.DictReader(lines, delimiter="\t")}

# Operations that the policy's table does not have, and why the product needs them.
BEYOND_THE_TABLE = {
    "access.*": "login, logout, activation, the own profile and tokens: becoming somebody comes before any role",
    "policy.read": "reading the registry itself",
    "audit.checkpoint": "a command on the server: seals the chains",
    "audit.read_own": "everyone reads their own acts, as the table's audit.read could not say",
    "docs.*": "the description of the API itself",
    "system.*": "what an installation seeds: the system principal, approval rules",
    "token.issue": "a command on the server",
    "user.bootstrap": "a command on the server",
    "user.recover": "a command on the server",
    "import.*": "the import of an older system's export",
    "inbox.read": "what waits for oneself looks across all kinds of records, each of which the caller may list anyway",
    "report.download": "reading a report as a file: what may be missing is refused, which reading a record never is",
    "report.auditor_pack": "a command on the server",
    "audit.drop_leaf": "a command on the server, with an approval: drops a part of the trail that was archived",
    "audit.prove": "a command on the server: proofs for readers without the product",
    "incident.restamp": "a command on the server: due times of open incidents after an upgrade",
}

# Operations of the table that no app carries out yet. Remove an operation from this list when it is implemented.
UNBUILT = frozenset([])

# Cells of the table that no app enforces yet. Remove an operation from this list when it is implemented.
PENDING = frozenset([])

# Additions of the registry to the table: one operation for reading all records.
MORE_ENDPOINTS = {"audit.read", "discovery.search"}
MORE_CONDITION = {
    "approval.request",
    "audit.read",
    "discovery.search",
    "handoff.create",
}

BUILT = sorted(name for name in TABLE if registry.find(name))
ROUTED = sorted({(endpoint, name) for endpoint, name in endpoints(urlpatterns) if not registry[name].anonymous})


def test_exactly_the_operations_named_as_unbuilt_are_missing():
    missing = {name for name in TABLE if registry.find(name) is None}
    assert missing == UNBUILT


def test_every_operation_beyond_the_table_has_its_reason():
    extra = [each.name for each in registry if each.name not in TABLE]
    assert [name for name in extra if not any(fnmatch(name, pattern) for pattern in BEYOND_THE_TABLE)] == []


@pytest.mark.parametrize("name", BUILT)
def test_the_registry_equals_the_table(name):
    row, operation = TABLE[name], registry[name]
    roles = None if row["roles"] == "ALL" else {str(SHORT[each]) for each in row["roles"].split()}
    endpoints_of_row = set(row["endpoint"].split(" and "))

    assert set(operation.sop) == ({int(each) for each in row["sop"].split(",")} if row["sop"] != "-" else set())
    assert (None if operation.roles is None else set(operation.roles)) == roles
    assert set(operation.endpoints) & endpoints_of_row == endpoints_of_row
    assert name in MORE_ENDPOINTS or set(operation.endpoints) == endpoints_of_row
    stated = {
        "elevated": operation.elevated.text if operation.elevated else "",
        "in_person": operation.in_person.text if operation.in_person else "",
        "condition": row["condition"] if name in MORE_CONDITION else operation.condition,
    }
    differs = {column for column, text in stated.items() if text != row[column]}
    assert differs == {column for pending, column in PENDING if pending == name}


def test_pending_cells_are_in_the_table():
    assert {name for name, _ in PENDING} <= set(BUILT)
    assert {column for _, column in PENDING} <= {"elevated", "condition", "in_person"}


def test_every_target_can_be_made_by_a_factory():
    targets = {each.target for each in registry if each.target and each.entry_point is EntryPoint.REST}
    assert {name for name in targets if not can_make(name)} == set()


@dataclass(frozen=True)
class World:
    """An account of each status and role, and the address of each route."""

    callers: dict[str, dict[str, Api]]
    addresses: dict[tuple[str, str], tuple[str, str]]

    def ask(self, route: tuple[str, str], role: str, status: str = "active", **expected: Any) -> Any:
        method, path = self.addresses[route]
        return getattr(self.callers[status][role], method)(path, **expected)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with for_module(django_db_blocker):
        with seeding():
            callers = {status: callers_of(Role.values, status) for status in UserStatus.values}
            made = World(callers, addresses_of(ROUTED))
        yield made


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize(("endpoint", "name"), ROUTED)
def test_each_role_may_perform_exactly_the_operations_in_the_table(world, endpoint, name, role):
    row = TABLE.get(name)
    permitted = row["roles"] == "ALL" or role in {SHORT[each] for each in row["roles"].split()} if row else True
    world.ask((endpoint, name), role, "inactive", expect=403, code="user_inactive")

    asked = world.ask((endpoint, name), role)

    refused_by_role = asked.status_code == 403 and asked.json()["rule"] == "who_can_perform"
    assert refused_by_role is not permitted
    if refused_by_role:
        assert asked.json()["code"] == "role_not_permitted"


@pytest.mark.django_db
@pytest.mark.parametrize(("endpoint", "name"), ROUTED)
def test_only_an_active_account_acts(world, endpoint, name):
    role = min(registry[name].roles or Role.values)

    for status in ("suspended", "on_leave"):
        world.ask((endpoint, name), role, status, expect=403, code="user_inactive")


@pytest.mark.django_db
@pytest.mark.parametrize(("endpoint", "name"), ROUTED)
def test_every_operation_requires_a_token(world, endpoint, name):
    method, path = world.addresses[endpoint, name]
    refused = getattr(Api(), method)(path, expect=401, code="not_authenticated")

    assert refused["WWW-Authenticate"] == "Token"
