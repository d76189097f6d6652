"""Activation in tests through the API: one person issues a share, another countersigns, the owner needs both."""

from typing import Any

from tests.api import Api
from tests.users.factories import UserFactory
from users.choices import EX, IM
from users.models import User

PASSWORD = "correct horse 7"


def path_of(user: Any) -> str:
    return f"/users/{getattr(user, 'pk', user)}/activation-token/"


def issued(asker: Api, user: User, **options: Any) -> str:
    """The first share."""
    return str(asker.post(path_of(user), expect=200, **options).json()["activation_share"])


def countersigned(user: Any, by: Api | None = None) -> str:
    """The other share, from a user who neither created nor issued."""
    second = by or Api(UserFactory(role=EX))
    return str(second.post(f"{path_of(user)}countersign/", expect=200).json()["activation_share"])


def shares_of(user: User, asker: Api | None = None, **options: Any) -> list[str]:
    first = issued(asker or Api(UserFactory(role=IM)), user, **options)
    return [first, countersigned(user)]


def activate(shares: list[str], password: str = PASSWORD, **expected: Any) -> Any:
    return Api().post("/auth/activate/", {"shares": shares, "password": password}, **(expected or {"expect": 200}))
