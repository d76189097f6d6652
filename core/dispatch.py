"""The one way a write goes. Every door calls `submit` (raw body) or `execute` (values already read).

`submit` keeps the order of refusals, so that each request has one right answer:
    401 → inactive → role → target outside scope (404) → shape and references (400) → assignment and duties (403) →
    version, state and preconditions (412, 409) → approval (403).
The approval is settled last, in the same transaction: a request that fails for another reason consumes nothing.
"""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction

from core.codes import Code
from core.commits import whole
from core.context import context
from core.entities import model_of
from core.errors import Item, Refusal, not_found
from core.etag import check_version
from core.inputs import BIGGEST_ID
from core.integrity import explain
from core.operations import Door, Duty, Operation, registry
from core.refusals import require_declared
from core.rows import locked
from core.shapes import read_body
from core.sockets import sockets


def submit(
    name: str,
    *,
    actor: Any,
    target_id: Any = None,
    body: Any = None,
    if_match: str | None = None,
    approval_id: int | Callable[[], int | None] | None = None,
    rehearse: bool = False,
    shape: Any = None,
    answer: Callable[[Any], Any] | None = None,
) -> Any:
    """Carry out an operation from its raw input, under the whole law.

    Arguments: the operation's name, the caller, the target's id, the body as received, the If-Match header, the id of
    an approval; body and approval id may be functions that read them, called when their turn comes. `rehearse` undoes
    everything at the end, so that the answer is known and nothing is changed; `shape` is the serializer of the called
    endpoint, for operations that have several; `answer` makes the answer of what the operation returns, inside its
    transaction: what cannot be answered is not written.
    Returns the answer, or what the operation returns. Raises Refusal.
    """
    operation = registry[name]
    with context(actor=actor, operation=operation):
        try:
            with whole() if operation.writes or rehearse else nullcontext():
                admit(operation, actor)
                target = find_target(operation, actor, target_id)
                raw = body() if callable(body) else body
                data = read_body(operation, actor, target, raw, shape)
                approval = approval_id() if callable(approval_id) else approval_id
                result = _perform(operation, actor, target, data, payload=raw, approval_id=approval, if_match=if_match)
                if answer is not None:
                    result = answer(result)
                if rehearse:
                    transaction.set_rollback(True)
        except IntegrityError as error:
            raise _signed(explain(error, actor), operation) from error
        except Refusal as refusal:
            _leave_what_stays(refusal, rehearse)
            raise _signed(refusal, operation) from refusal.__cause__
    return result


def execute(
    name: str,
    *,
    actor: Any,
    target: Any = None,
    data: Mapping[str, Any] | None = None,
    payload: Any = None,
    approval_id: int | None = None,
) -> Any:
    """Carry out an operation whose input is already read: for code inside the house. Raises Refusal."""
    operation = registry[name]
    with context(actor=actor, operation=operation):
        try:
            with whole():
                return _perform(operation, actor, target, data or {}, payload=payload, approval_id=approval_id)
        except IntegrityError as error:
            raise _signed(explain(error, actor), operation) from error


def _perform(
    operation: Operation,
    actor: Any,
    target: Any,
    data: Mapping[str, Any],
    *,
    payload: Any,
    approval_id: int | None,
    if_match: str | None = None,
) -> Any:
    authorize(operation, actor, target, data)
    check_version(target, if_match)
    gate = sockets.approvals if operation.elevated else None
    requirement = gate.requirement(operation, actor, target, data) if gate else None
    named = {operation.target: target} if operation.target else {}
    settle = partial(gate.settle, requirement, actor, target, payload, approval_id) if gate and requirement else None
    try:
        result = operation.run(actor=actor, **named, **data)
    except Refusal as refusal:
        _require_authority_to_leave(refusal, settle)
        raise
    if settle:
        settle()
    return result


def _require_authority_to_leave(refusal: Refusal, settle: Callable[[], None] | None) -> None:
    """Whoever lacks the approval leaves nothing behind, not even a failure. What this consumes is undone."""
    if refusal.afterwards is None or settle is None:
        return
    try:
        settle()
    except Refusal:
        refusal.afterwards = None


def _leave_what_stays(refusal: Refusal, rehearse: bool) -> None:
    """Write what must stay of a refused request, in a transaction of its own after the rollback."""
    if refusal.afterwards is not None and not rehearse:
        with whole():
            refusal.afterwards()


def authorize(operation: Operation, actor: Any, target: Any = None, data: Mapping[str, Any] | None = None) -> None:
    """Refuse unless the actor is active, holds a permitted role and meets every duty.

    Without `data` (None: the body is not known yet) only the duties that need no body are asked.
    """
    admit(operation, actor)
    asked = [each for each in operation.duties if data is not None or not each.needs_body]
    broken = [each for each in asked if not each.holds(actor, target, data or {})]
    if broken:
        raise _signed(_broken_duties(broken), operation)


def admit(operation: Operation, actor: Any) -> None:
    """Refuse an actor whose account is not active or whose role the operation does not permit."""
    if operation.anonymous or (operation.door is Door.COMMAND and getattr(actor, "is_system", False)):
        return
    if actor is None or not actor.is_authenticated:
        raise _signed(Refusal(Code.NOT_AUTHENTICATED, rule="authenticated_caller"), operation)
    if not actor.may_act:
        detail = f"The account is {actor.status}; only active accounts may act."
        raise _signed(Refusal(Code.USER_INACTIVE, detail, rule="active_account"), operation)
    if not operation.permits(actor.role):
        raise _signed(_role_refused(operation, actor), operation)


def find_target(operation: Operation, actor: Any, target_id: Any) -> Any:
    """The record acted on, locked, if it exists in the actor's scope; else 404. None for operations without one."""
    if operation.target is None:
        return None
    pk = _id_of(target_id)
    readable = model_of(operation.target).objects.visible_to(actor)
    target = None if pk is None else locked(readable, pk)
    if target is None:
        raise not_found(operation.target)
    return target


def _id_of(stated: Any) -> int | None:
    """The number that an id states; None for what no record can have."""
    try:
        pk = int(stated)
    except (TypeError, ValueError, OverflowError):
        return None
    return pk if 0 <= pk <= BIGGEST_ID else None


def _role_refused(operation: Operation, actor: Any) -> Refusal:
    roles = sorted(operation.roles or ())
    return Refusal(
        Code.ROLE_NOT_PERMITTED,
        f"The role {actor.role} may not carry out {operation.name}.",
        rule="who_can_perform",
        errors=[Item("role_not_permitted", f"Permitted roles: {', '.join(roles)}.", facts={"roles": roles})],
    )


def _broken_duties(broken: list[Duty]) -> Refusal:
    first = broken[0]
    items = [Item(each.name, each.text, each.field) for each in broken]
    return Refusal(first.code, first.text, rule=first.name, errors=items, next=first.next)


def _signed(refusal: Refusal, operation: Operation) -> Refusal:
    """Note which operation refused, unless an inner one did. In tests each refuses only as it declares."""
    require_declared(refusal, operation)
    refusal.operation = refusal.operation or operation
    return refusal
