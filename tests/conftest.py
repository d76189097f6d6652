"""Fixtures that every test may use."""

import gc
import os
from collections.abc import Callable, Iterator
from copy import copy
from functools import cache
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings

from audit import triggers
from core.context import context
from core.operations.registry import registry
from tests import database
from tests.api import Api
from tests.pooler import pooled_by_transaction
from tests.users.factories import UserFactory
from users.choices import Role
from users.models import User
from users.system import system_principal


def pytest_collection_finish(session: pytest.Session) -> None:
    """Exclude everything loaded so far from garbage collection, because it lives until the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any) -> Any:
    """The test database, copied from one that is migrated once for all workers and runs."""
    with django_db_blocker.unblock():
        before = database.create()
    if os.environ.get("IMS_TEST_POOLER"):
        with pooled_by_transaction(connection):
            yield
    else:
        yield
    with django_db_blocker.unblock():
        connection.creation.destroy_test_db(before, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def fast_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@cache
def _principal() -> User:
    """The system principal, which every database of the tests has from the start, with the same id."""
    return system_principal()


@pytest.fixture(autouse=True)
def acting_as_system(request: pytest.FixtureRequest) -> Iterator[None]:
    """Factories write under the system principal and an internal operation, like any seed."""
    marked = request.node.get_closest_marker("django_db") is not None
    if not marked and not {"db", "transactional_db", "committed"} & set(request.fixturenames):
        yield
        return
    request.getfixturevalue("transactional_db" if "committed" in request.fixturenames else "db")
    with context(actor=copy(_principal()), operation=registry["system.seed"], request_id="test"):
        yield


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """Real commits, for threads: the audit triggers are dropped before the database is emptied again."""
    yield
    triggers.remove(connection)


@pytest.fixture
def api(db: None) -> Callable[..., Api]:
    """A client for a user, or for a new active user of a role; anonymous without either."""

    def for_user(who: Any = None, **headers: str) -> Api:
        user = UserFactory(role=who) if isinstance(who, str) and who in Role.values else who
        return Api(user, **headers)

    return for_user
