"""Incident codes: the names that people use. They are computed from the id, so they cannot diverge from it."""

import re

CODE = re.compile(r"INC-(\d{8,18})", re.IGNORECASE)


def incident_code(pk: int) -> str:
    return f"INC-{pk:08d}"


def id_of_code(text: str) -> int | None:
    """The id in a code; None for a text that is not a code."""
    found = CODE.fullmatch(text.strip())
    return int(found[1]) if found else None
