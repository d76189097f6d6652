"""Querysets that read within a scope and refuse writes that would leave no audit entry."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, Self

from django.db import models

from core.context import current
from core.errors import UndeclaredError


def _refuse(name: str) -> Any:
    def refused(self: Any, *args: Any, **kwargs: Any) -> NoReturn:
        raise UndeclaredError(
            f"{self.model.__name__} queryset.{name}() would write without audit entries; save each record"
        )

    refused.__name__ = name
    return refused


def within_token(queryset: Any) -> Any:
    """The part of a queryset that the current token may reach; all of it unless the token is bound."""
    narrow = current().within
    return queryset if narrow is None else narrow(queryset)


def _narrowed(scope: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(scope)
    def visible_to(self: Any, user: Any) -> Any:
        return within_token(scope(self, user))

    return visible_to


class RecordQuerySet(models.QuerySet[Any]):
    """The base of every queryset: `visible_to` is the read scope; bulk and queryset writes are refused.

    Subclasses define the scope of a person; the scope of the token in use narrows it further, wherever it is read.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "visible_to" in vars(cls):
            cls.visible_to = _narrowed(cls.visible_to)  # type: ignore[method-assign]

    update = _refuse("update")
    aupdate = _refuse("aupdate")
    delete = _refuse("delete")
    adelete = _refuse("adelete")
    bulk_create = _refuse("bulk_create")
    abulk_create = _refuse("abulk_create")
    bulk_update = _refuse("bulk_update")
    abulk_update = _refuse("abulk_update")
    _raw_delete = _refuse("_raw_delete")

    def visible_to(self, user: Any) -> Self:
        """The records this user may read. Denied by default: each app defines its own scopes."""
        return self.none()
