"""Checkpoints of format 1, as the product made them before it had a tree of all entries."""

from contextlib import closing

import orjson

from audit.chain_reader import ChainReader
from audit.checkpoint_document import parts_of, root_of
from audit.commit_horizon import checkpoint_cut, streaming_transaction
from audit.models import Checkpoint
from core.operations.dispatch import execute
from users.system import system_principal


def seal_chains(path):
    """Seal the heads of all chains and the unchained entries; write the file with its leaves."""
    cut, cut_at = checkpoint_cut(1)
    walk = ChainReader(cut=cut, with_parts=True)
    with streaming_transaction(), closing(walk.leaves()) as found:
        leaves = [bytes(leaf) for leaf in found if leaf.sequence != 0]
    parts = parts_of(walk.parts)
    document = {
        "format": 1,
        "cut_at": cut_at.isoformat(),
        "last_entry_id": cut,
        "parts": parts,
        "root": root_of(parts),
        "previous_root": Checkpoint.objects.order_by("-id").values_list("root", flat=True).first(),
    }
    execute("audit.checkpoint", actor=system_principal(), data={"document": document})
    path.write_bytes(b"\n".join([orjson.dumps(document), *leaves]) + b"\n")
