"""The digest of the request that an approval binds: SHA-256 of its RFC 8785 canonical JSON."""

import hashlib
from typing import Any

import rfc8785

from core.errors import invalid


def approval_digest(operation: str, reference_type: str | None, reference_id: int | None, payload: Any) -> str:
    """The digest of a request. Absent and null differ. Raises Refusal (400) for values that canonical JSON cannot
    represent.
    """
    request: dict[str, Any] = {"operation": operation}
    if reference_type is not None:
        request |= {"reference_type": reference_type, "reference_id": reference_id}
    if payload is not None:
        request["payload"] = payload
    try:
        return hashlib.sha256(rfc8785.dumps(request)).hexdigest()
    except rfc8785.CanonicalizationError as error:
        raise invalid("payload", f"The payload has no canonical form: {error}.", "not_canonical") from error
