"""One existing record of any entity type, made by the factories of its app: new apps are picked up by themselves."""

import importlib
import re
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.urls import resolve
from django.utils import timezone
from factory.django import DjangoModelFactory

from approvals.models import Approval, ApprovalRule
from core.operations.entities import models_by_type
from core.operations.registry import Operation
from tests.api import Api
from tests.users.factories import UserFactory
from users.models import ConsoleSession
from users.shares import new_share
from users.tokens import new_token

TESTS = Path(__file__).resolve().parent.parent


def an_approval() -> Approval:
    payload = {"vendor_name": "Nimbus"}
    approval = Approval(operation="vendor.create", payload=payload, digest="0" * 64, requester=UserFactory())
    approval.save()
    return approval


def a_handoff() -> Any:
    handoff = models_by_type()["handoff"](reason_code="other")
    handoff.save()
    return handoff


def a_session(user: Any = None) -> Any:
    session = ConsoleSession(user=user or UserFactory(), digest=uuid4().hex, expires_at=timezone.now())
    session.save()
    return session


# Models without a factory: seeded records, and those created by the product itself.
MAKERS = {
    "approval": an_approval,
    "approval_rule": lambda: ApprovalRule.objects.order_by("id").first(),
    "handoff": a_handoff,
    "activation_token": lambda: new_share(UserFactory())[0],
    "session": a_session,
    "token": lambda: new_token(UserFactory())[0],
}


@cache
def factories() -> dict[str, type[DjangoModelFactory]]:
    """Entity type → the first factory of its model."""
    found: dict[str, type[DjangoModelFactory]] = {}
    for path in sorted(TESTS.glob("*/factories.py")):
        module = importlib.import_module(f"tests.{path.parent.name}.factories")
        for value in vars(module).values():
            model = getattr(getattr(value, "_meta", None), "model", None)
            if isinstance(value, type) and issubclass(value, DjangoModelFactory) and model is not None:
                found.setdefault(getattr(model, "entity_type", ""), value)
    return found


def can_make(entity_type: str) -> bool:
    return entity_type in MAKERS or entity_type in factories()


def make(entity_type: str) -> Any:
    """A record of this type; an existing one will do."""
    if entity_type in MAKERS:
        return MAKERS[entity_type]()
    if entity_type in factories():
        return factories()[entity_type]()
    return models_by_type()[entity_type].objects.order_by("id").first()


def address(endpoint: str, operation: Operation) -> tuple[str, str]:
    """The method, in small letters, and the path of an endpoint with existing ids in it."""
    method, path = endpoint.split(" ", maxsplit=1)
    if "{id}" in path:
        path = path.replace("{id}", str(getattr(make(type_of(endpoint, operation)), "pk", 1)))
    return method.lower(), re.sub(r"{\w+}", "1", path)


def type_of(endpoint: str, operation: Operation) -> str:
    """The entity type that `{id}` stands for in an endpoint."""
    return operation.target or _type_at(endpoint.split(" ", maxsplit=1)[1])


def send(caller: Api, endpoint: str, pk: int) -> Any:
    """The answer of an endpoint for this id, without a body."""
    method, path = endpoint.split(" ", maxsplit=1)
    path = re.sub(r"{\w+}", "1", path.replace("{id}", str(pk)))
    return getattr(caller, method.lower())(path)


def _type_at(path: str) -> str:
    """The entity type that `{id}` stands for in a path that is read: the view's own, or that of the record above it."""
    view = resolve("/api/v1" + re.sub(r"{\w+}", "1", path)).func.cls  # type: ignore[attr-defined]
    collection = getattr(view, "collection", None)
    if collection is None:
        return "user"
    parent = getattr(view, "parent_filter", None)
    model = collection.model._meta.get_field(parent).related_model if parent else collection.model
    # The audit trail knows a token by its id alone.
    return str(model.entity_type if model else str(parent).removesuffix("_id"))
