"""The single dispatcher: entry points call `submit` (raw body), `execute` (validated values) or `read`.

All of them check conditions in one order, so each request has exactly one correct response
(core.operations.authorization documents each stage):
    401 → inactive → role → in person and the token's grant (403) → target outside scope (404) → assignment, duties and
    what is in person for some targets (403) → shape and references (400) → duties that need the body (403) → version,
    state and preconditions (412, 409, 422) → approval (403).
The approval is consumed last, in the same transaction: a request that fails for another reason consumes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from core.context import context, current
from core.errors import Refusal, not_found
from core.hooks import hooks
from core.operations.authorization import Authorization, signed
from core.operations.bodies import read_body
from core.operations.entities import model_of
from core.operations.etag import check_version
from core.operations.fields import MAX_ID
from core.operations.registry import Operation, registry
from core.signals import send_discovered
from core.sql.integrity import explain
from core.sql.lookups import locked
from core.sql.transactions import in_transaction
from core.text.characters import with_line_feeds


def submit(
    name: str,
    *,
    actor: Any,
    target_id: Any = None,
    body: Any = None,
    if_match: str | None = None,
    approval_id: int | Callable[[], int | None] | None = None,
    dry_run: bool = False,
    shape: Any = None,
    answer: Callable[[Any], Any] | None = None,
    authorization: Authorization | None = None,
) -> Any:
    """Execute an operation from its raw input, with all checks.

    Arguments: the operation's name, the caller, the target's id, the body as received, the If-Match header, the id of
    an approval. Body and approval id may be functions, which are called at their stage. `dry_run` rolls back
    everything at the end: the caller gets the result without any change. `shape` is the serializer of the called
    endpoint, for operations with several; `answer` builds the response from the operation's result, inside its
    transaction, so a write whose response fails is rolled back; `authorization` contains the stages that the entry
    point has already checked. Returns the response, or the operation's result. Raises Refusal.
    """
    operation = registry[name]
    checks = _authorization_for(operation, actor, authorization)

    def perform() -> Any:
        checks.before_target()
        count_write(operation)
        target = find_target(operation, actor, target_id)
        checks.of_target(target)
        raw = body() if callable(body) else body
        data = read_body(operation, actor, target, raw, shape)
        approval = approval_id() if callable(approval_id) else approval_id
        checks.of_body(target, data)
        payload = with_line_feeds(raw)
        result = _perform(operation, actor, target, data, payload=payload, approval_id=approval, if_match=if_match)
        if answer is not None:
            result = answer(result)
        if dry_run:
            transaction.set_rollback(True)
        return result

    with context(actor=actor, operation=operation):
        try:
            return in_transaction(perform) if operation.writes or dry_run else perform()
        except IntegrityError as error:
            raise signed(explain(error, actor), operation) from error
        except Refusal as refusal:
            _write_surviving_records(refusal, dry_run)
            raise signed(refusal, operation) from refusal.__cause__


def execute(
    name: str,
    *,
    actor: Any,
    target: Any = None,
    data: Mapping[str, Any] | None = None,
    payload: Any = None,
    approval_id: int | None = None,
) -> Any:
    """Execute an operation with validated values, for calls from Python code. Raises Refusal."""
    operation = registry[name]

    def perform() -> Any:
        checks, given = Authorization(operation, actor), data or {}
        checks.before_target()
        count_write(operation)
        checks.of_target(target)
        checks.of_body(target, given)
        return _perform(operation, actor, target, given, payload=payload, approval_id=approval_id)

    with context(actor=actor, operation=operation):
        try:
            return in_transaction(perform)
        except IntegrityError as error:
            raise signed(explain(error, actor), operation) from error


@dataclass(frozen=True, slots=True)
class Discovery:
    """The subject of a read in the audit trail: an entity type, one of its records, and further filters.

    `single` marks the plain read of one record, which an installation may exclude from the trail; `discloses` decides
    from the response whether it discloses anything.
    """

    entity_type: str
    reference_id: int | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)
    single: bool = False
    discloses: Callable[[Any], bool] | None = None

    def record(self, query: Mapping[str, Any]) -> None:
        """Record the read: the query, never the results. Raises AuditTrailFailure."""
        if not (self.single and settings.IMS_AUDIT_COLLECTION_READS_ONLY):
            send_discovered(self.entity_type, self.reference_id, {**query, **self.filters})


def read(
    name: str,
    answer: Callable[[Any, Mapping[str, Any]], Any],
    *,
    actor: Any,
    discovery: Discovery | None,
    get_target: Callable[[], Any] | None = None,
    get_query: Callable[[], Mapping[str, Any]] = dict,
    authorization: Authorization | None = None,
) -> Any:
    """Read with all checks, and record it in the audit trail. Nothing else is written, so there is no transaction.

    Arguments: the operation's name; a function that builds the response from the found record and the query; the
    caller; the audit subject (None if the response discloses no data); a function that finds the record in the caller's
    scope; a function that parses the query; the stages that the entry point has already checked. Returns the response.
    Raises Refusal.
    """
    operation = registry[name]
    checks = _authorization_for(operation, actor, authorization)
    with context(actor=actor, operation=operation):
        checks.before_target()
        target = get_target() if get_target else None
        if get_target and target is None:
            raise signed(not_found(discovery.entity_type if discovery else "record"), operation)
        checks.of_target(target)
        given = get_query()
        checks.of_body(target, given)
        result = answer(target, given)
        if discovery is not None and (discovery.discloses is None or discovery.discloses(result)):
            discovery.record(given)
    return result


def count_write(operation: Operation) -> None:
    """Count a write of a software agent against its daily cap, in its transaction. Raises Refusal (403 cap_reached).

    It stands here and not among the stages, because a stored response that is replayed counts nothing.
    """
    if current().agent and operation.writes and hooks.grants is not None:
        hooks.grants.count(operation)


def _authorization_for(operation: Operation, actor: Any, begun: Authorization | None) -> Authorization:
    """The entry point's authorization, if it belongs to this operation and actor; otherwise a new one."""
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
    gate = hooks.approvals if operation.elevated else None
    requirement = gate.requirement(operation, actor, target, data) if gate else None
    named = {operation.target: target} if operation.target else {}
    settle = partial(gate.settle, requirement, actor, target, payload, approval_id) if gate and requirement else None
    try:
        result = _run(operation, {"actor": actor, **named, **data})
    except Refusal as refusal:
        _require_approval_to_record(refusal, settle)
        raise
    if settle:
        settle()
    return result


def _run(operation: Operation, values: Mapping[str, Any]) -> Any:
    """Run an operation and pass its written records to the followers, unless it rolls back itself (a trial run)."""
    with context(saved=[]) as written_records:
        result = operation.run(**values)
    if written_records.saved and not transaction.get_rollback():
        hooks.operation_written(written_records.saved)
    return result


def _require_approval_to_record(refusal: Refusal, settle: Callable[[], None] | None) -> None:
    """A caller without the required approval leaves no record, not even of a failure. The consumption is rolled
    back.
    """
    if refusal.afterwards is None or settle is None:
        return
    try:
        settle()
    except Refusal:
        refusal.afterwards = None


def _write_surviving_records(refusal: Refusal, dry_run: bool) -> None:
    """Write the records that survive a refusal, in a separate transaction after the rollback."""
    if refusal.afterwards is not None and (refusal.even_on_dry_run or not dry_run):
        in_transaction(refusal.afterwards)


def find_target(operation: Operation, actor: Any, target_id: Any) -> Any:
    """The locked target, if it exists in the actor's scope; None otherwise, and for operations without a target."""
    if operation.target is None:
        return None
    pk = _id_of(target_id)
    readable = model_of(operation.target).objects.visible_to(actor)
    return None if pk is None else locked(readable, pk)


def _id_of(stated: Any) -> int | None:
    """The integer value of an id; None for a value that no record can have."""
    try:
        pk = int(stated)
    except (TypeError, ValueError, OverflowError):
        return None
    return pk if 0 <= pk <= MAX_ID else None
