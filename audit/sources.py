"""Where an act came from: the caller's address, with a seal that the entry's hash covers.

Entries are handed out and verified by people who may not read addresses. An address has few possible values, so a bare
digest would disclose it: the seal is the SHA-256 of a random salt and the address, which are stored together.
"""

import hashlib
from secrets import token_hex

SALT_BYTES = 16


def sealed_source(address: str) -> tuple[str, str]:
    """The stored form of an address and its seal; both are empty for an act without a request."""
    if not address:
        return "", ""
    source = f"{token_hex(SALT_BYTES)} {address}"
    return source, seal_of(source)


def seal_of(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest() if source else ""


def address_of(source: str) -> str:
    return source.partition(" ")[2]
