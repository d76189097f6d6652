"""Verify audit entries without the product.

    python3 verify_trail.py                        the auditor's pack in the directory of this program
    python3 verify_trail.py ENTRIES.jsonl[.gz]     entries and their proofs, from `manage.py audit_prove`
    python3 verify_trail.py EXTENSION.jsonl        one checkpoint extends another, from `audit_prove --since`

    --key PUB.pem          the Ed25519 key that must have signed the checkpoint
    --checkpoint FILE      a checkpoint that you stored: it must be the one that the proofs lead to

Exit status 0 if everything is proven, 1 with the first inconsistency otherwise. It needs Python 3.9 or newer, and the
package `cryptography` for --key. Without --key or --checkpoint the proofs are consistent with the checkpoint next to
them, whose origin is not verified.
"""

import argparse
import base64
import gzip
import hashlib
import json
import sys
import zlib
from pathlib import Path

GENESIS = "0" * 64
# Exceptions from reading a file that is not a valid archive.
UNREADABLE = (OSError, EOFError, KeyError, TypeError, ValueError, AttributeError, zlib.error, RecursionError)


class Broken(Exception):
    """The first inconsistency."""


# -- the tree of RFC 6962


def leaf_hash(content):
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from(leaf: bytes, index: int, size: int, proof: "list[bytes]") -> "bytes | None":
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2); None if its length is wrong."""
    if not 0 <= index < size:
        return None
    node, last = leaf, size - 1
    for sibling in proof:
        if last == 0:
            return None
        if index % 2 or index == last:
            node = node_hash(sibling, node)
            while not index % 2 and index:
                index, last = index >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        index, last = index >> 1, last >> 1
    return node if last == 0 else None


def is_extension(old: int, old_root: bytes, new: int, new_root: bytes, proof: "list[bytes]") -> bool:
    """Whether a consistency proof leads from both roots to the same nodes (RFC 9162, 2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if not 0 < old < new:
        return False
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    index, last = old - 1, new - 1
    while index % 2:
        index, last = index >> 1, last >> 1
    then = now = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if index % 2 or index == last:
            then, now = node_hash(sibling, then), node_hash(sibling, now)
            while not index % 2 and index:
                index, last = index >> 1, last >> 1
        else:
            now = node_hash(now, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and then == old_root and now == new_root


# -- checkpoints: signed notes of three lines


class Checkpoint:
    """Origin, number of entries and root of the note in a checkpoint document."""

    def __init__(self, document: dict):
        self.note = document["note"]
        self.text = self.note.rpartition("\n\n")[0] + "\n" if "\n\n" in self.note else self.note
        self.origin, size, root = self.text.split("\n")[:3]
        self.size, self.root = int(size), base64.b64decode(root, validate=True)
        if (self.root.hex(), self.size) != (document["root"], document["entries"]):
            raise Broken("the checkpoint does not match its own note")
        self.last_entry_id = document["last_entry_id"]

    def check_signature(self, key):
        identity = self.origin.encode() + b"\n\x01" + key.public_bytes_raw()
        expected = hashlib.sha256(identity).digest()[:4]
        for line in self.note[len(self.text) :].split("\n"):
            name, _, encoded = line[2:].rpartition(" ")
            if line.startswith("\N{EM DASH} ") and name == self.origin and is_signature(encoded, expected, key, self):
                return
        raise Broken("the checkpoint is not signed with this key")

    def __str__(self):
        return f"the checkpoint of {self.size} entries, root {self.root.hex()}"


def is_signature(encoded, key_id, key, checkpoint):
    from cryptography.exceptions import InvalidSignature

    signature = base64.b64decode(encoded)
    try:
        key.verify(signature[4:], checkpoint.text.encode())
    except InvalidSignature:
        return False
    return signature[:4] == key_id


def read_key(path):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    key = load_pem_public_key(Path(path).read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise Broken("the key is not an Ed25519 key")
    return key


def check_origin(checkpoint, trusted):
    """Compare the checkpoint with the auditor's own key and stored checkpoint, and describe what confirms it."""
    if trusted.key:
        checkpoint.check_signature(read_key(trusted.key))
    if trusted.checkpoint:
        with open_text(trusted.checkpoint) as lines:
            stored = Checkpoint(json.loads(next(lines)))
        if (stored.size, stored.root) != (checkpoint.size, checkpoint.root):
            raise Broken(f"the proofs lead to {checkpoint}, not to the one that you stored ({stored})")
    means = [name for name, used in (("its signature", trusted.key), ("your copy", trusted.checkpoint)) if used]
    return f"vouched for by {' and '.join(means)}" if means else "which nothing else vouches for"


# -- entries


class Entry:
    """One line: the exact hashed text of an entry, and its position in the tree."""

    def __init__(self, line: "str | bytes"):
        self.line = json.loads(line)
        self.id, self.hash, self.previous_hash = self.line["id"], self.line["hash"], self.line["previous_hash"]
        content = json.loads(self.line["content"])
        self.record = (content["reference_type"], content["reference_id"])
        self.sequence = content["sequence"]
        if hashlib.sha256(f"{self.previous_hash}\n{self.line['content']}".encode()).hexdigest() != self.hash:
            raise Broken(f"entry {self.id} of {self.name}: the content does not match its hash")

    @property
    def name(self):
        return " ".join(str(each) for each in self.record if each is not None)

    def check_inclusion(self, checkpoint: Checkpoint) -> None:
        leaf = json.dumps([self.id, *self.record, self.sequence, self.hash], separators=(",", ":"), ensure_ascii=False)
        proof = [bytes.fromhex(each) for each in self.line["proof"]]
        if root_from(leaf_hash(leaf.encode()), self.line["position"], checkpoint.size, proof) != checkpoint.root:
            raise Broken(f"entry {self.id} of {self.name}: the proof does not lead to {checkpoint}")


class Chains:
    """The entries of each record so far: each must continue the previous one, where that is present."""

    def __init__(self):
        self.heads = {}

    def add(self, entry, complete):
        if entry.sequence is None:
            return
        sequence, previous = self.heads.get(entry.record, (0, GENESIS))
        follows = entry.sequence == sequence + 1
        if (complete and not follows) or (follows and entry.previous_hash != previous):
            raise Broken(f"entry {entry.id} of {entry.name} does not continue its chain")
        self.heads[entry.record] = (entry.sequence, entry.hash)


def check_entries(lines, header, trusted):
    """An archive of entries with their proofs, in the order of the tree."""
    checkpoint, chains, positions = Checkpoint(header["checkpoint"]), Chains(), []
    count = 0
    for line in lines:
        entry = Entry(line)
        entry.check_inclusion(checkpoint)
        chains.add(entry, complete=False)
        position = entry.line["position"]
        if positions and position <= positions[1]:
            raise Broken(f"entry {entry.id} of {entry.name} is repeated or out of order")
        positions, count = [positions[0] if positions else position, position], count + 1
    if not count:
        raise Broken("the archive has no entries")
    gaps = "without gaps" if positions[1] - positions[0] + 1 == count else "with gaps"
    span = f"positions {positions[0]} to {positions[1]}, {gaps}"
    return f"{count} audit entries ({span}) are in {checkpoint}, {check_origin(checkpoint, trusted)}"


def check_extension(lines, header, trusted):
    """The proof that a newer checkpoint extends an older one."""
    older, newer = Checkpoint(header["older"]), Checkpoint(header["newer"])
    proof = [bytes.fromhex(each) for each in header["consistency"]]
    if not is_extension(older.size, older.root, newer.size, newer.root, proof):
        raise Broken(f"{newer} does not extend {older}")
    return f"{newer} extends {older}, {check_origin(older, trusted)}"


# -- the auditor's pack


def check_pack(folder, trusted):
    """The pack in a directory: its manifest, its chains, and the proofs of the sealed entries."""
    stated = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))["sha256"]
    for name, digest in stated.items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
            raise Broken(f"{name} does not match MANIFEST.json")
    checkpoint = pack_checkpoint(folder)
    entries, proven = check_chains(folder, checkpoint)
    result = f"{len(stated)} files, {entries} audit entries"
    if checkpoint is None:
        if trusted.key or trusted.checkpoint:
            raise Broken("the pack has no checkpoint with proofs")
        return result
    return f"{result}, {proven} of them in {checkpoint}, {check_origin(checkpoint, trusted)}"


def pack_checkpoint(folder):
    path = folder / "checkpoint.json"
    document = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return Checkpoint(document) if "note" in document else None


def check_chains(folder, checkpoint):
    chains, entries, proven = Chains(), 0, 0
    with open_text(folder / "audit_entries.jsonl") as lines:
        for line in lines:
            entry = Entry(line)
            chains.add(entry, complete=True)
            entries += 1
            if checkpoint is not None and entry.id <= checkpoint.last_entry_id:
                entry.check_inclusion(checkpoint)
                proven += 1
    for chain in json.loads((folder / "chains.json").read_text(encoding="utf-8")):
        record = (chain["reference_type"], chain["reference_id"])
        if chains.heads.pop(record, None) != (chain["entries"], chain["head"]):
            raise Broken(f"the chain of {record[0]} {record[1]} does not match chains.json")
    if chains.heads:
        raise Broken("there are entries of records that chains.json does not list")
    return entries, proven


# -- the program


def open_text(path):
    path = Path(path)
    return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")


def check_file(path, trusted):
    with open_text(path) as lines:
        header = json.loads(next(lines, "null"))
        check = check_extension if "consistency" in header else check_entries
        return check(lines, header, trusted)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?")
    parser.add_argument("--key")
    parser.add_argument("--checkpoint")
    trusted = parser.parse_args(arguments)
    try:
        folder = Path(__file__).resolve().parent
        result = check_file(trusted.file, trusted) if trusted.file else check_pack(folder, trusted)
    except Broken as broken:
        raise SystemExit(f"BROKEN: {broken}") from None
    except ImportError as error:
        raise SystemExit(f"--key needs the package cryptography: {error}") from None
    except UNREADABLE as error:
        raise SystemExit(f"BROKEN: unreadable: {type(error).__name__}: {error}") from None
    sys.stdout.write(f"verified: {result}\n")


if __name__ == "__main__":
    main()
