"""People who log in to the console."""

from typing import Any

from tests.console.world import PASSWORD
from tests.users.factories import UserFactory


def person(role: str, **options: Any) -> Any:
    """An account with a password."""
    return UserFactory(role=role, password=PASSWORD, **options)
