"""Signed notes and checkpoints (C2SP signed-note and tlog-checkpoint), with Ed25519 signatures.

A checkpoint is a text of three lines (origin, number of leaves, root in base64). A signed note is a text, an empty
line, and one line for each signature: a dash, the name of the key, and in base64 the key's id and the signature.
"""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
DASH = "\N{EM DASH} "
ID_SIZE = 4


@dataclass(frozen=True, slots=True)
class TreeHead:
    """The content of a checkpoint."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def read_head(note: str) -> TreeHead:
    """The content of a checkpoint, signed or not; its signatures are not verified. Raises ValueError."""
    origin, size, root = text_of(note).split("\n")[:3]
    head = TreeHead(origin, int(size), b64decode(root, validate=True))
    if not text_of(note).startswith(str(head)):
        raise ValueError("the checkpoint is not in its canonical form")
    return head


def sign(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """The text as a note with one signature. Raises ValueError for an invalid name of the key."""
    if not name or "+" in name or any(each.isspace() for each in name):
        raise ValueError(f"{name!r} is not the name of a key: it has no spaces and no plus sign")
    signature = key_id(name, key.public_key()) + key.sign(text.encode())
    return f"{text}\n{DASH}{name} {b64encode(signature).decode()}\n"


def is_signed(note: str, name: str, key: Ed25519PublicKey) -> bool:
    """Whether the note has a valid signature by this key under this name."""
    text, expected = text_of(note).encode(), key_id(name, key)
    for signer, signature in _signatures(note):
        if signer == name and signature[:ID_SIZE] == expected:
            try:
                key.verify(signature[ID_SIZE:], text)
            except InvalidSignature:
                return False
            return True
    return False


def key_id(name: str, key: Ed25519PublicKey) -> bytes:
    """The four bytes that identify a key in a note."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + key.public_bytes_raw()).digest()[:ID_SIZE]


def verifier_key(name: str, key: Ed25519PublicKey) -> str:
    """The public key as text, as other tools for notes read it."""
    return f"{name}+{key_id(name, key).hex()}+{b64encode(ED25519 + key.public_bytes_raw()).decode()}"


def text_of(note: str) -> str:
    """The signed text of a note; an unsigned one is all text."""
    text, separator, _ = note.rpartition("\n\n")
    return f"{text}\n" if separator else note


def _signatures(note: str) -> Iterator[tuple[str, bytes]]:
    _, _, lines = note.rpartition("\n\n")
    for line in lines.splitlines():
        name, _, encoded = line.removeprefix(DASH).partition(" ")
        try:
            yield name, b64decode(encoded, validate=True)
        except ValueError:
            continue
