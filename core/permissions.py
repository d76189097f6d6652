"""DRF's permission classes: thin adapters that ask the dispatcher."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.dispatch import admit


class DenyAll(BasePermission):
    """The default of views that are not the house's own: nothing."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return False


class OperationPermission(BasePermission):
    """Active account and permitted role, as the view's operation states."""

    def has_permission(self, request: Request, view: Any) -> bool:
        operation = view.operation
        if operation is not None:
            admit(operation, request.user)
        return True
