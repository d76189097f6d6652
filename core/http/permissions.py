"""DRF permission classes. Each checks one stage of `core.operations.authorization`, which implements the rules.

`has_permission` runs before any part of the request body is read; the dispatcher calls `has_object_permission` once the
target has been looked up and, for a write, locked. A denial is raised as a refusal with a code; duties that depend on
the body are checked after it was read (`Stage.BODY_DUTIES`).
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
    """One stage that is independent of the target. A method without an operation passes and is refused as 405 later."""

    stage: ClassVar[Stage]

    def has_permission(self, request: Request, view: Any) -> bool:
        if view.authorization is not None:
            view.authorization.ask(self.stage)
        return True


class AccountStatus(StagePermission):
    """The caller is authenticated and the account is active."""

    stage = Stage.ACCOUNT


class PermittedRole(StagePermission):
    """The operation permits the caller's role."""

    stage = Stage.ROLE


class InPerson(StagePermission):
    """The caller is not a software agent, if the operation is in person for every target and body."""

    stage = Stage.IN_PERSON


class Granted(StagePermission):
    """The token grants the operation, if it names a software agent."""

    stage = Stage.GRANT


class InScope(BasePermission):
    """The target exists and the caller may read it; `obj` is None if it was not found."""

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        view.authorization.ask(Stage.SCOPE, obj)
        return True


class DutiesMet(BasePermission):
    """Assignment and segregation of duties that do not depend on the body, and in-person rules of some targets."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if view.authorization is not None and not view.authorization.operation.target:
            view.authorization.ask(Stage.DUTIES)
        return True

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        view.authorization.ask(Stage.DUTIES, obj)
        return True


# In the order of refusals.
OPERATION_PERMISSIONS = (AccountStatus, PermittedRole, InPerson, Granted, InScope, DutiesMet)
