"""Checkpoints: one root over the whole trail up to an entry, as a document that anyone can verify.

The document, in JSON: `format` 2, `sealed_at`, `last_entry_id` (the cut), `cut_at` (no entry above the cut has an
earlier date, except imported ones), `entries` up to the cut, `root` (the root of the Merkle tree of their leaves, see
audit.sealed_entries), `previous_root` (the root of the previous checkpoint), `backdated` (entries sealed although they
are dated before the previous cut) and `note` (origin, entries and root as a C2SP checkpoint, signed if the document
is). A signed document has `public_key` and `signature`, both in hexadecimal: Ed25519 over the RFC 8785 canonical JSON
of the document without its signature.

Documents of format 1, which are no longer made but stay verifiable, have `parts` instead of `note`: for each entity
type, and for the unchained entries, their number and the root of the tree of their leaves (see audit.chain_reader);
`root` is the root of the tree whose leaves are the parts as [name, leaves, root].

A checkpoint file consists of JSON lines: the document, then optionally all leaves in order.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from django.conf import settings
from django.utils import timezone

from audit.tree.merkle import Tree
from audit.tree.notes import TreeHead, is_signed, read_head, sign
from audit.tree.tiles import TileBuilder

FORMAT = 2

Document = dict[str, Any]


class BadCheckpoint(Exception):  # noqa: N818
    """An invalid checkpoint, file or signature."""


def document_of(builder: TileBuilder, cut: tuple[int, datetime], previous_root: str | None) -> Document:
    """The document of a tree that has been built up to a cut (id, time)."""
    return {
        "format": FORMAT,
        "sealed_at": _text(timezone.now()),
        "cut_at": _text(cut[1]),
        "last_entry_id": cut[0],
        "entries": builder.size,
        "root": builder.root.hex(),
        "previous_root": previous_root,
        "backdated": 0,
        "note": str(TreeHead(settings.IMS_AUDIT_ORIGIN, builder.size, builder.root)),
    }


def parts_of(trees: Mapping[str, Tree]) -> list[dict[str, Any]]:
    return [{"part": name, "leaves": trees[name].leaves, "root": trees[name].root} for name in sorted(trees)]


def root_of(parts: Iterable[Mapping[str, Any]]) -> str:
    """The root over the roots of the parts."""
    tree = Tree()
    for part in parts:
        tree.add(orjson.dumps([part["part"], part["leaves"], part["root"]]))
    return tree.root


def check_document(document: Any) -> Document:
    """The document itself, if its root matches its parts or its note. Raises BadCheckpoint."""
    try:
        if _CHECKS[document["format"]](document):
            int(document["last_entry_id"])
            cut_of(document)
            return dict(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadCheckpoint("this is not a checkpoint document") from error
    raise BadCheckpoint("the checkpoint itself was altered: its root does not match its parts")


def _parts_match(document: Document) -> bool:
    return bool(document["root"] == root_of(document["parts"]))


def _note_matches(document: Document) -> bool:
    head = read_head(document["note"])
    return (head.root.hex(), head.size) == (document["root"], document["entries"])


_CHECKS = {1: _parts_match, FORMAT: _note_matches}


def is_of_tree(document: Document) -> bool:
    """Whether the checkpoint seals the tree of all entries; older ones seal chains and unchained entries."""
    return bool(document["format"] == FORMAT)


def cut_of(document: Document) -> datetime | None:
    """The time of the cut; documents of older versions lack it."""
    return datetime.fromisoformat(document["cut_at"]) if "cut_at" in document else None


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def signed(document: Document, key: Ed25519PrivateKey) -> Document:
    """The document with the public key and the signature, its note signed as well. Raises BadCheckpoint."""
    try:
        note = sign(document["note"], read_head(document["note"]).origin, key)
    except ValueError as error:
        raise BadCheckpoint(str(error)) from error
    whole = {**document, "note": note, "public_key": key.public_key().public_bytes_raw().hex()}
    return {**whole, "signature": key.sign(rfc8785.dumps(whole)).hex()}


def check_signature(document: Document, key: Ed25519PublicKey) -> None:
    """Raise BadCheckpoint unless this key signed the document, and its note if it has one."""
    content = {name: value for name, value in document.items() if name != "signature"}
    try:
        key.verify(bytes.fromhex(document.get("signature") or ""), rfc8785.dumps(content))
    except (InvalidSignature, ValueError) as error:
        raise BadCheckpoint("the checkpoint is not signed with this key") from error
    if is_of_tree(document) and not is_signed(document["note"], read_head(document["note"]).origin, key):
        raise BadCheckpoint("the note of the checkpoint is not signed with this key")


def private_key(pem: bytes) -> Ed25519PrivateKey:
    """The private key of a PEM file without a passphrase. Raises BadCheckpoint."""
    key: Ed25519PrivateKey = _key(load_pem_private_key, Ed25519PrivateKey, pem, None)
    return key


def public_key(pem: bytes) -> Ed25519PublicKey:
    """The public key of a PEM file. Raises BadCheckpoint."""
    key: Ed25519PublicKey = _key(load_pem_public_key, Ed25519PublicKey, pem)
    return key


def _key(load: Any, kind: Any, *how: Any) -> Any:
    try:
        key = load(*how)
    except (ValueError, TypeError) as error:
        raise BadCheckpoint(f"the key cannot be read: {error}") from error
    if not isinstance(key, kind):
        raise BadCheckpoint("the key is not an Ed25519 key of the required kind")
    return key
