"""Replaces random values in recorded responses by fixed ones of the same form, and shortens long values."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REQUEST_ID = "5b1e0c3f9a7d4e2c8f6b0a1d3c5e7f92"
# Fields with secrets or database-specific search results, and their replacements.
FIXED = {
    "token": "b3Rx7q9VtLw2Zc8nKs4JhYf6Pd1GmEa0UoQiXrTb",
    "activation_share": "Nf4kQ2sWz7Lx9Vb1Ty6Hc3Jr8Md5Pg0EaUoRiKq",
    "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "provisioning_uri": (
        "otpauth://totp/Incident%20Management%3Avera%40ims.example"
        "?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Incident%20Management"
    ),
    "snippet": "Renewing the <mark>gateway</mark>&#x27;s certificate",
}
SHARES = [FIXED["activation_share"], "Wd8uYt5Rg2Fb9Xk4Zn7Ms1Vq6Cj3Lh0PeIoAaBcD"]
RECOVERY_CODES = ["k3vq-x7ah-2mzd-w5tn", "p6yc-b4rj-hs2f-qe7u"]
ONE_TIME_CODE = re.compile(r"\d{6}")
A_ONE_TIME_CODE = "492039"
DIGEST = re.compile(r"[0-9a-f]{64}")
A_DIGEST = "c0535e4be2b79ffd93291305436bf889314e4a3faec05ecffcbb7df31ad9e51a"
LISTS = {"shares": SHARES, "recovery_codes": RECOVERY_CODES}
# The tour's clock shows whole minutes: a time with fractions comes from seeded records.
REAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")
A_TIME = "2026-03-02T09:00:00Z"
MAX_LIST_LENGTH = 3
MAX_TEXT_LINES = 12


def with_placeholders(value: Any, member: str = "") -> Any:
    """A value with everything random replaced; `member` is its name."""
    if isinstance(value, Mapping):
        return {name: with_placeholders(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return LISTS.get(member) or [with_placeholders(inner) for inner in value]
    if not isinstance(value, str):
        return value
    if ONE_TIME_CODE.fullmatch(value):
        return A_ONE_TIME_CODE
    return FIXED.get(member) or REAL_TIME.sub(A_TIME, DIGEST.sub(A_DIGEST, value))


def truncated(value: Any) -> Any:
    """Shortens lists of records to the first few, and long texts to the first lines."""
    if isinstance(value, Mapping):
        return {name: truncated(inner) for name, inner in value.items()}
    if isinstance(value, list):
        records = bool(value) and isinstance(value[0], Mapping)
        return [truncated(inner) for inner in (value[:MAX_LIST_LENGTH] if records else value)]
    if isinstance(value, str) and value.count("\n") > MAX_TEXT_LINES:
        return "\n".join([*value.splitlines()[:MAX_TEXT_LINES], "…"])
    return value
