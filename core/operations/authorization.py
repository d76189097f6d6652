"""Authorization of operations, in ordered stages, so that each request has exactly one correct response.

The order of refusals:

    Stage.ACCOUNT       401 not_authenticated, 403 user_inactive, 403 second_factor_required
    Stage.ROLE          403 role_not_permitted
    Stage.IN_PERSON     403 in_person_required, where the operation is in person for every target
    Stage.GRANT         403 operation_not_granted, where the token of a software agent does not grant the operation
                        403 cap_reached, where its daily cap is reached (core.operations.dispatch, in the transaction)
    Stage.SCOPE         404 not_found, where the target does not exist or the actor may not read it
    Stage.DUTIES        403: assignment and every duty that needs no body, then what is in person for some targets
                        400: the shape and the references of the body (core.operations.bodies)
    Stage.BODY_DUTIES   403: the duties that need the body, then what is in person for some bodies
                        412, 409, 422: version, state and preconditions (the operation)
                        403: the approval (core.operations.dispatch)

A caller without permission learns nothing about the body's shape. For REST requests, DRF's permission classes check the
stages up to the duties (core.http.permissions), and the dispatcher checks the rest; for other entry points the
dispatcher checks all stages.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from django.conf import settings

from core.codes import Code
from core.context import current
from core.errors import Item, Refusal, UndeclaredError, not_found
from core.hooks import hooks
from core.operations.refusals import require_declared
from core.operations.registry import Duty, EntryPoint, Operation, registry

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Stage(StrEnum):
    ACCOUNT = "account"
    ROLE = "role"
    IN_PERSON = "in_person"
    GRANT = "grant"
    SCOPE = "scope"
    DUTIES = "duties"
    BODY_DUTIES = "body_duties"


BEFORE_TARGET = (Stage.ACCOUNT, Stage.ROLE, Stage.IN_PERSON, Stage.GRANT)
OF_TARGET = (Stage.SCOPE, Stage.DUTIES)


def authorize(
    operation: Operation, actor: Any, stage: Stage, target: Any = None, data: Mapping[str, Any] = NOTHING
) -> None:
    """Check one stage. Raises Refusal."""
    try:
        STAGES[stage](operation, actor, target, data)
    except Refusal as refusal:
        raise signed(refusal, operation) from refusal.__cause__


class Authorization:
    """The authorization of one request. It remembers completed checks, so that no stage runs twice for the same record.

    `check_object` lets an entry point check the target's stages with its own mechanism, such as DRF's permission
    classes.
    """

    __slots__ = ("_asked", "_check_object", "actor", "operation")

    def __init__(self, operation: Operation, actor: Any, check_object: Callable[[Any], None] | None = None) -> None:
        self.operation, self.actor, self._check_object = operation, actor, check_object
        self._asked: dict[Stage, tuple[Any, Any]] = {}

    def ask(self, stage: Stage, target: Any = None, data: Mapping[str, Any] = NOTHING) -> None:
        """Check a stage, unless it has been checked for the same target and data. Raises Refusal."""
        asked = self._asked.get(stage)
        if asked is not None and asked[0] is target and asked[1] is data:
            return
        authorize(self.operation, self.actor, stage, target, data)
        self._asked[stage] = (target, data)

    def before_target(self) -> None:
        """The stages that are independent of the record: account, role, in person, grant. Raises Refusal (401, 403)."""
        for stage in BEFORE_TARGET:
            self.ask(stage)

    def of_target(self, target: Any) -> None:
        """Scope, then the duties that need no body; `target` is None if it was not found. Raises Refusal."""
        judged = target if self.operation.target else None
        if self._check_object is not None and self.operation.target:
            self._check_object(judged)
        for stage in OF_TARGET:
            self.ask(stage, judged)

    def of_body(self, target: Any, data: Mapping[str, Any]) -> None:
        """The duties that need the body. Raises Refusal (403)."""
        self.ask(Stage.BODY_DUTIES, target if self.operation.target else None, data)


def verify_in_person() -> None:
    """Raise UndeclaredError for a name in IMS_IN_PERSON that is no operation: a typo would disable the restriction."""
    unknown = sorted(name for name in settings.IMS_IN_PERSON if registry.find(name) is None)
    if unknown:
        raise UndeclaredError(f"IMS_IN_PERSON names unknown operations: {', '.join(unknown)}")


def signed(refusal: Refusal, operation: Operation) -> Refusal:
    """Attach the refusing operation, unless an inner one did. In tests, an undeclared code raises UndeclaredError."""
    require_declared(refusal, operation)
    refusal.operation = refusal.operation or operation
    return refusal


def _is_exempt(operation: Operation, actor: Any) -> bool:
    """Anonymous operations need no caller; the system principal may run commands."""
    return operation.anonymous or (operation.entry_point is EntryPoint.COMMAND and getattr(actor, "is_system", False))


def _account(operation: Operation, actor: Any, target: Any, data: Mapping[str, Any]) -> None:
    if _is_exempt(operation, actor):
        return
    if actor is None or not actor.is_authenticated:
        raise Refusal(Code.NOT_AUTHENTICATED, rule="authenticated_caller")
    if not actor.may_act:
        detail = f"The account is {actor.status}; only active accounts may act."
        raise Refusal(Code.USER_INACTIVE, detail, rule="active_account")
    if getattr(actor, "lacks_second_factor", False) and not operation.enrols:
        raise Refusal(Code.SECOND_FACTOR_REQUIRED, rule="second_factor")


def _role(operation: Operation, actor: Any, target: Any, data: Mapping[str, Any]) -> None:
    if _is_exempt(operation, actor) or operation.permits(actor.role):
        return
    roles = sorted(operation.roles or ())
    raise Refusal(
        Code.ROLE_NOT_PERMITTED,
        f"The role {actor.role} is not permitted to perform {operation.name}.",
        rule="who_can_perform",
        errors=[Item("role_not_permitted", f"Permitted roles: {', '.join(roles)}.", facts={"roles": roles})],
    )


def _in_person(operation: Operation, actor: Any, target: Any, data: Mapping[str, Any]) -> None:
    if current().agent and operation.name in settings.IMS_IN_PERSON:
        raise _in_person_required(operation, "by this installation's setting IMS_IN_PERSON")
    if operation.in_person is not None and operation.in_person.unconditional:
        _require_person(operation, actor, target, data)


def _require_person(operation: Operation, actor: Any, target: Any, data: Mapping[str, Any]) -> None:
    declared = operation.in_person
    if declared is None or not declared.refuses or not current().agent:
        return
    if declared.applies(actor, target, data):
        raise _in_person_required(operation, declared.text)


def _in_person_required(operation: Operation, when: str) -> Refusal:
    detail = f"{operation.name} must be done in person, not by a software agent: {when}."
    item = Item("in_person_required", f"The token names the agent {current().agent}.")
    return Refusal(Code.IN_PERSON_REQUIRED, detail, rule="in_person", errors=[item])


def _grant(operation: Operation, actor: Any, target: Any, data: Mapping[str, Any]) -> None:
    if current().agent and operation.needs_grant and hooks.grants is not None:
        hooks.grants.require(operation)


def _scope(operation: Operation, actor: Any, target: Any, data: Mapping[str, Any]) -> None:
    """Refuse a missing target: it was looked up within the actor's scope."""
    if operation.target and target is None:
        raise not_found(operation.target)


def _duties(operation: Operation, actor: Any, target: Any, data: Mapping[str, Any]) -> None:
    _require([each for each in operation.duties if not each.needs_body], actor, target, data)
    declared = operation.in_person
    if declared is not None and not declared.unconditional and not declared.needs_body:
        _require_person(operation, actor, target, data)


def _body_duties(operation: Operation, actor: Any, target: Any, data: Mapping[str, Any]) -> None:
    _require([each for each in operation.duties if each.needs_body], actor, target, data)
    if operation.in_person is not None and operation.in_person.needs_body:
        _require_person(operation, actor, target, data)


def _require(duties: list[Duty], actor: Any, target: Any, data: Mapping[str, Any]) -> None:
    """Refuse broken duties. All of them are listed; the first decides the code."""
    broken = [each for each in duties if not each.holds(actor, target, data)]
    if not broken:
        return
    first = broken[0]
    items = [Item(each.name, each.text, each.field) for each in broken]
    raise Refusal(first.code, first.text, rule=first.name, errors=items, next=first.next)


STAGES: Mapping[Stage, Callable[[Operation, Any, Any, Mapping[str, Any]], None]] = {
    Stage.ACCOUNT: _account,
    Stage.ROLE: _role,
    Stage.IN_PERSON: _in_person,
    Stage.GRANT: _grant,
    Stage.SCOPE: _scope,
    Stage.DUTIES: _duties,
    Stage.BODY_DUTIES: _body_duties,
}
