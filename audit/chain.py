"""The hash chain, as pure functions. An entry's hash covers its content and the previous hash, so any change is
detected.

The content is hashed as JSON with sorted keys, no white space, in UTF-8; times are ISO 8601 in UTC with microseconds.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

GENESIS = "0" * 64

# The fields of an entry that its hash covers, in addition to the previous hash.
CONTENT = (
    "created_at",
    "user_id",
    "agent",
    "action",
    "operation",
    "origin",
    "reference_type",
    "reference_id",
    "changes",
    "meta",
    "request_id",
    "legacy_id",
    "sequence",
    "token_id",
    "source_seal",
)
# Parts that were added later: the hash covers them where they are stated, so earlier entries keep their hashes.
LATER = ("token_id", "source_seal")
# The largest integers that every common JSON parser represents exactly.
LARGEST = 2**63 - 1


def canonical_value(value: Any) -> Any:
    """A JSON value in the form that both databases return unchanged, so that its hash survives storage.

    PostgreSQL stores numbers as decimals: 1e16 is returned as an integer and -0.0 as 0.0. Therefore whole floats become
    integers, and numbers too large for exact parsers become text.
    """
    if value is None or type(value) in (str, bool):  # most of them
        return value
    if isinstance(value, Mapping):
        return {str(name): canonical_value(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [canonical_value(inner) for inner in value]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST:
        return str(value)
    return str(value) if isinstance(value, str) else value


def canonical(values: Mapping[str, Any]) -> bytes:
    """The bytes to hash for an entry's values."""
    content = {name: values[name] for name in CONTENT if name not in LATER or values[name] not in (None, "")}
    moment: datetime = content["created_at"]
    content["created_at"] = moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def entry_hash(values: Mapping[str, Any], previous_hash: str) -> str:
    """The SHA-256 of an entry, in hexadecimal; `previous_hash` is empty for entries outside any chain."""
    return hashlib.sha256(previous_hash.encode() + b"\n" + canonical(values)).hexdigest()
