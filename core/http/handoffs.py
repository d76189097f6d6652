"""The ready body for POST /handoffs/ in a refusal."""

from typing import Any

from core.codes import Code
from core.errors import Refusal
from core.operations.entities import find_readable
from core.operations.registry import Operation

# Refusals with these codes offer no handoff: the caller may not do anything.
NO_HANDOFF = frozenset({Code.USER_INACTIVE, Code.LOCKED_OUT})


def handoff_body(
    refusal: Refusal, operation: Operation | None, reader: Any = None, reference_id: Any = None
) -> dict[str, Any] | None:
    """The body that hands over a refused request in one call; None if no person is needed or the caller can't hand
    over.

    `reference_id` is the id of the operation's target, if the request named one: it is included if the reader may read
    it.
    """
    if not refusal.meaning.human or refusal.code in NO_HANDOFF:
        return None
    body: dict[str, Any] = {
        "reason_code": str(refusal.meaning.error_class),
        "code": str(refusal.code),
        "details": refusal.detail,
    }
    if operation is None:
        return body
    body["operation"] = operation.name
    if operation.target and reference_id and reader and find_readable(operation.target, int(reference_id), reader):
        body |= {"reference_type": operation.target, "reference_id": int(reference_id)}
    return body
