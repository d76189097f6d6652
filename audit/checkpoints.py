"""Creating a checkpoint: verify the whole trail, and seal it."""

from collections.abc import Callable
from contextlib import closing

from audit.chain_reader import ChainReader, Leaf
from audit.checkpoint_document import Document, document_of
from audit.commit_horizon import checkpoint_cut, streaming_transaction
from audit.models import Checkpoint
from core.operations.registry import EntryPoint, operation
from core.verbs import Verb
from users.models import User

# Seconds to wait for open transactions, so that no entry can appear below the cut later.
PATIENCE = 60.0


class WritersActive(Exception):  # noqa: N818
    """Transactions that write entries did not end in time."""


def create_checkpoint_document(progress: Callable[[int], None], keep: Callable[[Leaf], None]) -> Document:
    """Verify the whole trail and build the document that seals it; `keep` receives every leaf.

    Raises WritersActive, and ChainBroken: an inconsistent trail is not sealed.
    """
    cut = checkpoint_cut(PATIENCE)
    if cut is None:
        raise WritersActive(f"transactions that write audit entries are still open after {PATIENCE:.0f} seconds")
    walk = ChainReader(cut=cut[0], progress=progress)
    with streaming_transaction(), closing(walk.leaves()) as leaves:
        for leaf in leaves:
            keep(leaf)
    return document_of(walk, cut[1], Checkpoint.objects.order_by("-id").values_list("root", flat=True).first())


@operation(
    "audit.checkpoint",
    sop=27,
    roles=(),
    verb=Verb.CREATE,
    subject="audit_checkpoint",
    entry_point=EntryPoint.COMMAND,
)
def store_checkpoint(*, actor: User, document: Document) -> Checkpoint:
    """Store a checkpoint in the database, in addition to the printed copy. SOP 27."""
    checkpoint = Checkpoint(last_entry_id=document["last_entry_id"], root=document["root"], document=document)
    checkpoint.save()
    return checkpoint
