"""Querysets that read within a scope and refuse writes that would leave no audit entry."""

from typing import Any, NoReturn, Self

from django.db import models

from core.errors import UndeclaredError


def _refuse(name: str) -> Any:
    def refused(self: Any, *args: Any, **kwargs: Any) -> NoReturn:
        raise UndeclaredError(
            f"{self.model.__name__} queryset.{name}() would write without audit entries; save each record"
        )

    refused.__name__ = name
    return refused


class RecordQuerySet(models.QuerySet[Any]):
    """The base of every queryset: `visible_to` is the read scope; bulk and queryset writes are refused."""

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
