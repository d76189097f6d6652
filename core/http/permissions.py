"""DRF's permission classes: each asks one stage of `core.operations.authorization`, which is where the law stands.

`has_permission` is asked before anything of the request is read; `has_object_permission` by the dispatcher, once the
target has been looked for, and for a write locked. What a class refuses it raises, as a coded refusal; what the body
decides is asked after it was read (`Stage.BODY_DUTIES`).
"""

from typing import Any, ClassVar

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.operations.authorization import Stage


class DenyAll(BasePermission):
    """Deny everything: the default for views that don't declare the project's permission classes."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return False


class StagePermission(BasePermission):
    """One stage that no target changes. A method that no operation serves is left to be refused for that."""

    stage: ClassVar[Stage]

    def has_permission(self, request: Request, view: Any) -> bool:
        if view.authorization is not None:
            view.authorization.ask(self.stage)
        return True


class AccountStatus(StagePermission):
    """A known caller, whose account is active."""

    stage = Stage.ACCOUNT


class PermittedRole(StagePermission):
    """A role that the operation permits."""

    stage = Stage.ROLE


class InPerson(StagePermission):
    """No software agent, where the operation is in person whatever its target or body."""

    stage = Stage.IN_PERSON


class InScope(BasePermission):
    """A target that exists and that the caller may read; `obj` is None where none was found."""

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        view.authorization.ask(Stage.SCOPE, obj)
        return True


class DutiesMet(BasePermission):
    """Assignment and segregation of duties, as far as they need no body; and what is in person for some targets."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if view.authorization is not None and not view.authorization.operation.target:
            view.authorization.ask(Stage.DUTIES)
        return True

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        view.authorization.ask(Stage.DUTIES, obj)
        return True


# In the order of refusals.
OPERATION_PERMISSIONS = (AccountStatus, PermittedRole, InPerson, InScope, DutiesMet)
