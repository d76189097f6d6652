"""Proofs for auditors: that entries are in a checkpoint's tree, and that one checkpoint extends another.

The lines are JSON. For entries, the first one has the `checkpoint`; every other one an entry as the exact text that its
hash covers, with its `position` in the tree and its `proof`, the hashes of RFC 6962 in hexadecimal. For an extension
there is one line: `older`, `newer` and `consistency`.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any

import orjson

from audit.chain import canonical
from audit.chain_reader import read_rows
from audit.checkpoint_document import BadCheckpoint, Document, check_document, is_of_tree
from audit.commit_horizon import streaming_transaction
from audit.models import AuditEntry
from audit.tile_store import Positions, read_tile
from audit.tree.proofs import consistency_proof, inclusion_proof, tree_root
from audit.tree.tiles import TiledSubtrees
from core.operations.registry import EntryPoint, operation
from core.signals import send_discovered
from core.verbs import Verb
from users.models import User


class Prover:
    """Proves entries to be in the tree of a checkpoint."""

    def __init__(self, checkpoint: Document) -> None:
        """Raises BadCheckpoint if the checkpoint is of an older format, or the stored tiles do not match it."""
        self.checkpoint = check_document(checkpoint)
        self._subtrees = TiledSubtrees(read_tile)
        self._positions = Positions()
        if not is_of_tree(checkpoint):
            raise BadCheckpoint("a checkpoint of format 1 has no proofs of entries; create a new one")
        try:
            root = tree_root(self.size, self._subtrees).hex()
        except LookupError as error:
            raise BadCheckpoint(f"the stored tree does not contain the checkpoint: {error}") from error
        if root != checkpoint["root"]:
            raise BadCheckpoint("the stored tree does not match the checkpoint; run audit_verify")

    @property
    def size(self) -> int:
        return int(self.checkpoint["entries"])

    def proof(self, entry_id: int) -> dict[str, Any]:
        """The `position` and `proof` of an entry; empty if the checkpoint does not seal it. Raises LookupError."""
        if entry_id > self.checkpoint["last_entry_id"]:
            return {}
        position = self._positions.of(entry_id)
        hashes = inclusion_proof(position, self.size, self._subtrees)
        return {"position": position, "proof": [each.hex() for each in hashes]}


def entry_line(entry: Mapping[str, Any], proof: Mapping[str, Any]) -> bytes:
    """An entry as the exact text that its hash covers, with the previous hash, its own, and its proof."""
    line = {
        "id": entry["id"],
        "previous_hash": entry["previous_hash"],
        "content": canonical(entry).decode(),
        "hash": entry["hash"],
        **proof,
    }
    return orjson.dumps(line) + b"\n"


def extension_proof(older: Document, newer: Document) -> bytes:
    """The proof that a checkpoint contains everything that an older one sealed. Raises BadCheckpoint."""
    for each in (older, newer):
        Prover(each)  # the stored tree contains it
    try:
        hashes = consistency_proof(older["entries"], newer["entries"], TiledSubtrees(read_tile))
    except ValueError as error:
        raise BadCheckpoint(str(error)) from error
    proof = {"older": older, "newer": newer, "consistency": [each.hex() for each in hashes]}
    return orjson.dumps(proof) + b"\n"


@operation(
    "audit.prove",
    sop=27,
    roles=(),
    verb=Verb.ENTITY_DISCOVERY,
    subject="audit_entry",
    condition="a command on the server",
    entry_point=EntryPoint.COMMAND,
)
def prove_entries(
    *, actor: User, checkpoint: Document, selection: Mapping[str, Any], header: Mapping[str, Any] | None = None
) -> Iterable[bytes]:
    """Prove the selected entries that a checkpoint seals, for an auditor; the lines are read as they are consumed.

    SOP 27. `selection` is a filter of entries, `header` is added to the first line. Raises BadCheckpoint; while
    reading, LookupError (an entry below the cut is not in the tree).
    """
    prover = Prover(checkpoint)
    send_discovered(AuditEntry.entity_type, None, {"view": "proofs", **selection})
    return _lines(prover, selection, header or {})


def _lines(prover: Prover, selection: Mapping[str, Any], header: Mapping[str, Any]) -> Iterator[bytes]:
    yield orjson.dumps({**header, "checkpoint": prover.checkpoint}) + b"\n"
    entries = AuditEntry.objects.filter(**selection).filter(id__lte=prover.checkpoint["last_entry_id"]).order_by("id")
    with streaming_transaction(), closing(read_rows(entries)) as rows:
        for row in rows:
            yield entry_line(row, prover.proof(row["id"]))
