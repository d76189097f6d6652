"""What a refused caller may hand over as it is: the ready body for POST /handoffs/."""

from typing import Any

from core.codes import Code
from core.errors import Refusal
from core.operations.entities import find_readable
from core.operations.registry import Operation

# Those whom a refusal of these codes meets cannot hand over: they may do nothing at all.
NO_HANDOFF = frozenset({Code.USER_INACTIVE, Code.LOCKED_OUT})


def handoff_body(
    refusal: Refusal, operation: Operation | None, reader: Any = None, reference_id: Any = None
) -> dict[str, Any] | None:
    """The body that turns a refusal into a handoff with one call; None where no person is needed, or none can be asked.

    `reference_id` is the id of the operation's target, if one was named: it is included if the reader may read it.
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
