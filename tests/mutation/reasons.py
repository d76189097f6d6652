"""Reasons for known survivors: changes that no test of behaviour can detect."""

from typing import Any

# A part of the mutant's text, and the reason.
REASONS: tuple[tuple[str, str], ...] = ()


def reason_of(row: dict[str, Any]) -> str:
    return next((reason for part, reason in REASONS if part in row["text"]), "")
