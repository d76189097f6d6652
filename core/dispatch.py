"""The one way a write goes. Every door calls `submit` (raw body) or `execute` (values already read).

Both keep the order of refusals, so that each request has one right answer (core.authorization says what each asks):
    401 → inactive → role → in person (403) → target outside scope (404) → assignment, duties and what is in person for
    some targets (403) → shape and references (400) → duties that need the body (403) → version, state and
    preconditions (412, 409, 422) → approval (403).
The approval is settled last, in the same transaction: a request that fails for another reason consumes nothing.
"""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction

from core.authorization import Authorization, signed
from core.commits import whole
from core.context import context
from core.entities import model_of
from core.errors import Refusal
from core.etag import check_version
from core.inputs import BIGGEST_ID
from core.integrity import explain
from core.operations import Operation, registry
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
    authorization: Authorization | None = None,
) -> Any:
    """Carry out an operation from its raw input, under the whole law.

    Arguments: the operation's name, the caller, the target's id, the body as received, the If-Match header, the id of
    an approval; body and approval id may be functions that read them, called when their turn comes. `rehearse` undoes
    everything at the end, so that the answer is known and nothing is changed; `shape` is the serializer of the called
    endpoint, for operations that have several; `answer` makes the answer of what the operation returns, inside its
    transaction: what cannot be answered is not written; `authorization` is what a door has begun to ask by means of
    its own.
    Returns the answer, or what the operation returns. Raises Refusal.
    """
    operation = registry[name]
    law = _law_of(operation, actor, authorization)
    with context(actor=actor, operation=operation):
        try:
            with whole() if operation.writes or rehearse else nullcontext():
                law.before_target()
                target = find_target(operation, actor, target_id)
                law.of_target(target)
                raw = body() if callable(body) else body
                data = read_body(operation, actor, target, raw, shape)
                approval = approval_id() if callable(approval_id) else approval_id
                law.of_body(target, data)
                result = _perform(operation, actor, target, data, payload=raw, approval_id=approval, if_match=if_match)
                if answer is not None:
                    result = answer(result)
                if rehearse:
                    transaction.set_rollback(True)
        except IntegrityError as error:
            raise signed(explain(error, actor), operation) from error
        except Refusal as refusal:
            _leave_what_stays(refusal, rehearse)
            raise signed(refusal, operation) from refusal.__cause__
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
                law, given = Authorization(operation, actor), data or {}
                law.before_target()
                law.of_target(target)
                law.of_body(target, given)
                return _perform(operation, actor, target, given, payload=payload, approval_id=approval_id)
        except IntegrityError as error:
            raise signed(explain(error, actor), operation) from error


def _law_of(operation: Operation, actor: Any, begun: Authorization | None) -> Authorization:
    """What a door has begun to ask, if it asked this of this actor; else everything is to be asked."""
    if begun is not None and begun.operation is operation and begun.actor is actor:
        return begun
    return Authorization(operation, actor)


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


def find_target(operation: Operation, actor: Any, target_id: Any) -> Any:
    """The record acted on, locked, if it exists in the actor's scope; None else, and for operations without one."""
    if operation.target is None:
        return None
    pk = _id_of(target_id)
    readable = model_of(operation.target).objects.visible_to(actor)
    return None if pk is None else locked(readable, pk)


def _id_of(stated: Any) -> int | None:
    """The number that an id states; None for what no record can have."""
    try:
        pk = int(stated)
    except (TypeError, ValueError, OverflowError):
        return None
    return pk if 0 <= pk <= BIGGEST_ID else None
