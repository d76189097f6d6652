"""The refusal codes of an operation, derived entirely from its declaration."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from django.conf import settings

from core.codes import Code
from core.errors import Refusal, UndeclaredError
from core.operations.fields import Reference
from core.operations.registry import EntryPoint, Operation

ALWAYS = (Code.NOT_ACCEPTABLE, Code.THROTTLED, Code.DATABASE_UNAVAILABLE, Code.AUDIT_TRAIL_FAILURE, Code.INTERNAL_ERROR)
OF_CALLERS = (Code.NOT_AUTHENTICATED, Code.TOKEN_EXPIRED, Code.USER_INACTIVE)
# Every read refuses unknown parameters.
OF_READS = (Code.INVALID_FILTER,)
# Every body is parsed, and refused if the operation has none.
OF_WRITES = (Code.UNKNOWN_FIELD, Code.MALFORMED_BODY, Code.BODY_TOO_LARGE, Code.UNSUPPORTED_MEDIA_TYPE)
# The Approval-Id header must be an integer, whatever the body is.
OF_ELEVATED = (Code.APPROVAL_REQUIRED, Code.APPROVAL_INVALID, Code.VALIDATION_ERROR)
# The Idempotency-Key header must be well-formed as well.
OF_REPEATABLE = (Code.IDEMPOTENCY_CONFLICT, Code.VALIDATION_ERROR)


def codes_at(operation: Operation, endpoint: str) -> list[Code]:
    """The refusal codes of an operation at one of its endpoints, in contract order."""
    return _ordered(operation, [endpoint])


def codes_of(operation: Operation) -> list[Code]:
    """The refusal codes of an operation at all of its endpoints, in contract order."""
    if operation.entry_point is EntryPoint.COMMAND:
        return _ordered(operation, ())
    return _ordered(operation, operation.endpoints) if operation.endpoints else []


def _ordered(operation: Operation, endpoints: Sequence[str]) -> list[Code]:
    codes = {*ALWAYS, *_from_rules(operation)}
    if any("{" in each for each in endpoints):
        codes.add(Code.NOT_FOUND)
    if any(each.startswith("GET ") for each in endpoints):
        codes.update(OF_READS)
    if not all(each.startswith("GET ") for each in endpoints):
        codes.update(_of_write(operation))
    return [code for code in Code if code in codes]


def require_declared(refusal: Refusal, operation: Operation) -> None:
    """Raise UndeclaredError, if the settings require it, for a refusal with a code that its operation lacks."""
    if settings.IMS_UNDECLARED_CODES_FAIL and refusal.code not in codes_of(operation):
        raise UndeclaredError(f"{operation.name} refuses with {refusal.code}, which it does not declare") from refusal


def _from_rules(operation: Operation) -> Iterator[Code]:
    yield from operation.raises
    yield from (duty.code for duty in operation.duties)
    if not operation.anonymous:
        yield from OF_CALLERS
    if not (operation.anonymous or operation.enrols):
        yield Code.SECOND_FACTOR_REQUIRED
    if operation.roles is not None:
        yield Code.ROLE_NOT_PERMITTED
    declared = operation.in_person
    if (declared is not None and declared.refuses) or operation.name in settings.IMS_IN_PERSON:
        yield Code.IN_PERSON_REQUIRED
    if not (declared is not None and declared.refuses and declared.unconditional):
        if operation.needs_grant:
            yield Code.OPERATION_NOT_GRANTED
        if operation.writes and operation.entry_point is EntryPoint.REST and not operation.anonymous:
            yield Code.CAP_REACHED
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
    """The refusal codes that follow from the shape of a body."""
    named = (Code.ACTOR_MISMATCH,) if getattr(shape, "actor_fields", ()) else ()
    refers = (Code.INVALID_REFERENCE,) if _refers(shape().fields.values()) else ()
    return (Code.VALIDATION_ERROR, *named, *refers)


def _refers(fields: Iterable[Any]) -> bool:
    """Whether any of these fields, or of their nested fields, references a record."""
    return any(_is_reference(field) for field in fields)


def _is_reference(field: Any) -> bool:
    inner = getattr(field, "child", None)
    within = getattr(field, "fields", None)
    return (
        isinstance(field, Reference)
        or (inner is not None and _is_reference(inner))
        or (within is not None and _refers(within.values()))
    )
