"""Pages that write nothing: records are written by operations only."""

from typing import Any, NoReturn

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


class ReadOnly:
    """Denies every permission except viewing."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NeverSaves:
    """Refuses the framework's own ways to save or delete."""

    def _refuse_write(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionDenied

    save_model = save_related = save_formset = delete_model = delete_queryset = _refuse_write
