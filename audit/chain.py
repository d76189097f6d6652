"""The hash chain: pure. An entry's hash covers its content and the hash before it, so any change shows.

The content is hashed as JSON with sorted keys, no white space, in UTF-8; times are ISO 8601 in UTC with microseconds.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

GENESIS = "0" * 64

# Everything of an entry that its hash covers, besides the hash before it.
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
)


def canonical(values: Mapping[str, Any]) -> bytes:
    """The bytes that are hashed for an entry's values."""
    content = {name: values[name] for name in CONTENT}
    moment: datetime = content["created_at"]
    content["created_at"] = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def entry_hash(values: Mapping[str, Any], previous_hash: str) -> str:
    """The SHA-256 of an entry, in hexadecimal; `previous_hash` is empty for entries outside any chain."""
    return hashlib.sha256(previous_hash.encode() + b"\n" + canonical(values)).hexdigest()
