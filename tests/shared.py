"""Accounts and records that all tests of a module share: making them takes longer than most requests.

They are made before the first test, in a transaction around those of the tests, and are undone after the last one. A
test sees them as they were made, because what it writes is undone as always. Not for tests that commit.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from core.context import context
from core.operations.registry import registry
from tests.api import Api
from tests.architecture.targets import address
from tests.users.factories import UserFactory
from users.system import system_principal


@contextmanager
def for_module(blocker: Any) -> Iterator[None]:
    """Records made in this block exist until it ends."""
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def seeding() -> Iterator[None]:
    """Factories write under the system principal and an internal operation, like any seed."""
    with context(actor=system_principal(), operation=registry["system.seed"], request_id="test"):
        yield


def callers_of(roles: Iterable[str], status: str = "active") -> dict[str, Api]:
    """A client for one account of each role; its token was used before, so that no request records that."""
    callers = {role: Api(UserFactory(role=role, status=status)) for role in roles}
    for caller in callers.values():
        caller.get("/me/")
    return callers


def addresses_of(routes: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
    """The method and path of each of these routes, with existing ids."""
    return {(endpoint, name): address(endpoint, registry[name]) for endpoint, name in routes}
