"""Every list and every single read that the application routes, each with an address at which there is something."""

import re
from typing import Any

from django.urls import resolve

from core.http.routes import endpoints
from core.reading.collections import Collection
from ims.urls import urlpatterns
from tests.api import BASE, Api
from tests.architecture.targets import a_session, make
from tests.users.factories import UserFactory
from users.choices import EX
from users.models import Token

ROUTED = sorted(path.removeprefix("GET ") for path, _ in endpoints(urlpatterns) if path.startswith("GET "))


def _view(path: str) -> Any:
    return resolve(BASE + re.sub(r"{\w+}", "1", path)).func


def _reads(action: str) -> list[str]:
    views = [(path, _view(path)) for path in ROUTED]
    return [path for path, view in views if view.actions.get("get") == action and hasattr(view.cls, "collection")]


LISTS = _reads("list")
SINGLES = _reads("retrieve")


def collection_of(path: str) -> Collection:
    collection: Collection = _view(path).cls.collection
    return collection


def opened(path: str) -> str:
    """The path with the id of a record that exists, or, of a list of parts, of a record that has some."""
    parent = getattr(_view(path).cls, "parent_filter", "pk")
    if parent == "token_id":  # the reader's own, with which it has read something
        return re.sub(r"{\w+}", str(Token.objects.latest("pk").pk), path)
    record = make(collection_of(path).entity_type)
    return re.sub(r"{\w+}", str(getattr(record, parent, 0)), path)


def reader() -> Api:
    """An executive, who may read everything, whose token has been used and who has been in the console."""
    caller = Api(UserFactory(role=EX))
    a_session(caller.user)
    caller.get("/me/", expect=200)
    return caller


def rows_of(answer: Any) -> list[dict[str, Any]]:
    body = answer.json()
    rows: list[dict[str, Any]] = body.get("results", [body])
    return rows
