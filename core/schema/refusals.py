"""The refusals that an operation can give, and the one shape in which they leave the house."""

import re

from rest_framework import serializers

from core.codes import MEANINGS, Code, ErrorClass
from core.operations import Operation
from core.serializers import Body

MEDIA_TYPE = "application/problem+json"
WORD = re.compile(r"[a-z_]+")
KNOWN = {str(code): code for code in Code}

ALWAYS = (Code.NOT_ACCEPTABLE, Code.THROTTLED, Code.DATABASE_UNAVAILABLE, Code.AUDIT_TRAIL_FAILURE, Code.INTERNAL_ERROR)
OF_CALLERS = (Code.NOT_AUTHENTICATED, Code.TOKEN_EXPIRED, Code.USER_INACTIVE)
OF_BODIES = (
    Code.VALIDATION_ERROR,
    Code.UNKNOWN_FIELD,
    Code.INVALID_REFERENCE,
    Code.MALFORMED_BODY,
    Code.BODY_TOO_LARGE,
    Code.UNSUPPORTED_MEDIA_TYPE,
)


class ProblemItem(serializers.Serializer[object]):
    """One failing field or precondition. Further members are the facts of the case."""

    field = serializers.CharField(required=False)
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer[object]):
    """A refusal: an RFC 9457 problem document."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.ChoiceField(choices=[(str(code), str(code)) for code in Code])
    error_class = serializers.ChoiceField(choices=[(str(each), str(each)) for each in ErrorClass])
    sop = serializers.ListField(child=serializers.IntegerField())
    rule = serializers.CharField()
    errors = ProblemItem(many=True)  # type: ignore[assignment]
    operation = serializers.CharField(allow_null=True)
    roles = serializers.ListField(child=serializers.CharField(), required=False)
    next = serializers.CharField()
    transfer_to_human = serializers.BooleanField()
    request_id = serializers.CharField()


def codes_of(
    operation: Operation, body: type | None, *, reads: bool, single: bool, repeatable: bool = False
) -> list[Code]:
    """The codes an operation can give, in the order of the contract.

    They follow from what is declared: its roles, duties, elevation, target and lifecycle, the shape of its body, and
    the codes that its docstring names.
    """
    codes = {*ALWAYS, *(duty.code for duty in operation.duties), *_named(operation)}
    if not operation.anonymous:
        codes.update(OF_CALLERS)
    if operation.roles is not None:
        codes.add(Code.ROLE_NOT_PERMITTED)
    if single:
        codes.add(Code.NOT_FOUND)
    if reads:  # a parameter that is unknown is refused wherever it stands
        codes.add(Code.INVALID_FILTER)
    if repeatable:
        codes.add(Code.IDEMPOTENCY_CONFLICT)
    if not reads:
        codes.update(_of_writes(operation, body))
    return [code for code in Code if code in codes]


def statuses_of(codes: list[Code]) -> dict[int, list[Code]]:
    """The codes by the status they are given under, in order."""
    found: dict[int, list[Code]] = {}
    for code in codes:
        found.setdefault(MEANINGS[code].status, []).append(code)
    return dict(sorted(found.items()))


def _of_writes(operation: Operation, body: type | None) -> set[Code]:
    codes = set(OF_BODIES) if body is not None else {Code.UNKNOWN_FIELD, Code.MALFORMED_BODY}
    if body is not None and issubclass(body, Body) and body.actor_fields:
        codes.add(Code.ACTOR_MISMATCH)
    if operation.target is not None:
        codes.add(Code.STALE_VERSION)
        codes.update([Code.INVALID_TRANSITION] if operation.lifecycle else [])
    if operation.elevated is not None:
        codes.update((Code.APPROVAL_REQUIRED, Code.APPROVAL_INVALID, Code.VALIDATION_ERROR))
    return codes


def _named(operation: Operation) -> set[Code]:
    """The codes that the operation's docstring says it raises."""
    return {KNOWN[word] for word in WORD.findall(operation.run.__doc__ or "") if word in KNOWN}
