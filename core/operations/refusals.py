"""The codes that an operation can refuse with: they follow from what it declares, and from nothing else."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django.conf import settings

from core.codes import Code
from core.errors import Refusal, Undeclared
from core.operations.fields import Reference
from core.operations.registry import Door, Operation

ALWAYS = (Code.NOT_ACCEPTABLE, Code.THROTTLED, Code.DATABASE_UNAVAILABLE, Code.AUDIT_TRAIL_FAILURE, Code.INTERNAL_ERROR)
OF_CALLERS = (Code.NOT_AUTHENTICATED, Code.TOKEN_EXPIRED, Code.USER_INACTIVE)
# A parameter that is unknown is refused wherever something is read.
OF_READS = (Code.INVALID_FILTER,)
# A body is read, and refused where none is wanted.
OF_WRITES = (Code.UNKNOWN_FIELD, Code.MALFORMED_BODY, Code.BODY_TOO_LARGE, Code.UNSUPPORTED_MEDIA_TYPE)
# The header Approval-Id is a whole number, whatever the body is.
OF_ELEVATED = (Code.APPROVAL_REQUIRED, Code.APPROVAL_INVALID, Code.VALIDATION_ERROR)
# The header Idempotency-Key has a form, too.
OF_REPEATABLE = (Code.IDEMPOTENCY_CONFLICT, Code.VALIDATION_ERROR)


def codes_at(operation: Operation, endpoint: str) -> list[Code]:
    """The codes that an operation can give at one of its endpoints, in the order of the contract."""
    method, _, path = endpoint.partition(" ")
    codes = {*ALWAYS, *_of_law(operation)}
    if "{" in path:
        codes.add(Code.NOT_FOUND)
    codes.update(OF_READS if method == "GET" else _of_write(operation))
    return [code for code in Code if code in codes]


def codes_of(operation: Operation) -> list[Code]:
    """The codes that an operation can give at any of its endpoints, in the order of the contract."""
    codes = {code for endpoint in operation.endpoints for code in codes_at(operation, endpoint)}
    if operation.door is Door.COMMAND:
        codes = {*ALWAYS, *_of_law(operation)}
    return [code for code in Code if code in codes]


def require_declared(refusal: Refusal, operation: Operation) -> None:
    """Raise Undeclared, where the settings ask for it, when an operation refuses with a code it does not declare."""
    if settings.IMS_UNDECLARED_CODES_FAIL and refusal.code not in codes_of(operation):
        raise Undeclared(f"{operation.name} refuses with {refusal.code}, which it does not declare") from refusal


def _of_law(operation: Operation) -> Iterator[Code]:
    yield from operation.raises
    yield from (duty.code for duty in operation.duties)
    if not operation.anonymous:
        yield from OF_CALLERS
    if operation.roles is not None:
        yield Code.ROLE_NOT_PERMITTED
    declared = operation.in_person
    if (declared is not None and declared.refuses) or operation.name in settings.IMS_IN_PERSON:
        yield Code.IN_PERSON_REQUIRED
    if any(move.rows for move in operation.moves):
        yield Code.INVALID_TRANSITION


def _of_write(operation: Operation) -> Iterator[Code]:
    yield from OF_WRITES
    if operation.target is not None:
        yield Code.STALE_VERSION
    if operation.elevated is not None:
        yield from OF_ELEVATED
    if operation.repeatable:
        yield from OF_REPEATABLE
    for shape in operation.shapes:
        yield from _of_body(shape)


@cache
def _of_body(shape: Any) -> tuple[Code, ...]:
    """What the shape of a body can be refused as."""
    named = (Code.ACTOR_MISMATCH,) if getattr(shape, "actor_fields", ()) else ()
    refers = (Code.INVALID_REFERENCE,) if _refers(shape().fields.values()) else ()
    return (Code.VALIDATION_ERROR, *named, *refers)


def _refers(fields: Iterable[Any]) -> bool:
    """Whether any of these fields, or of those within them, names a record."""
    return any(_is_reference(field) for field in fields)


def _is_reference(field: Any) -> bool:
    inner = getattr(field, "child", None)
    within = getattr(field, "fields", None)
    return (
        isinstance(field, Reference)
        or (inner is not None and _is_reference(inner))
        or (within is not None and _refers(within.values()))
    )
