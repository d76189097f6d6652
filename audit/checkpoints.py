"""Creating a checkpoint: verify the entries that are new since the last one, and seal them."""

from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from audit.chain_reader import (
    BACKDATED,
    CHUNK,
    Chain,
    ChainBroken,
    Finding,
    FindingKind,
    check_unchained,
    finding_at,
    is_backdated,
    read_rows,
)
from audit.checkpoint_document import Document, check_document, cut_of, document_of
from audit.choices import Origin
from audit.commit_horizon import checkpoint_cut, streaming_transaction
from audit.models import AuditEntry, Checkpoint
from audit.sealed_entries import COLUMNS, SealedEntry
from audit.tile_store import read_tile, store_tiles
from audit.tree.proofs import tree_root
from audit.tree.tiles import Tile, TileBuilder, TiledSubtrees
from core.operations.registry import EntryPoint, operation
from core.verbs import Verb
from users.models import User

# Seconds to wait for open transactions, so that no entry can appear below the cut later.
PATIENCE = 60.0
# The predecessor of an entry in its chain.
PREDECESSOR = AuditEntry.objects.filter(
    reference_type=OuterRef("reference_type"),
    reference_id=OuterRef("reference_id"),
    sequence=OuterRef("sequence") - 1,
)
BEFORE = {"before_id": Subquery(PREDECESSOR.values("id")[:1]), "before_hash": Subquery(PREDECESSOR.values("hash")[:1])}


class WritersActive(Exception):  # noqa: N818
    """Transactions that write entries did not end in time."""


def latest_tree() -> Document | None:
    """The document of the checkpoint that seals the most entries; None before the first one of the tree."""
    checkpoint = Checkpoint.objects.filter(document__has_key="note").order_by("-last_entry_id", "-id").first()
    return checkpoint.document if checkpoint else None


def unsealed() -> int:
    """The number of entries that no checkpoint of the tree seals yet."""
    sealed = latest_tree()
    return AuditEntry.objects.filter(id__gt=sealed["last_entry_id"] if sealed else 0).count()


def create_checkpoint_document(
    store: Callable[[Tile], None],
    progress: Callable[[int], None] = lambda count: None,
    *,
    accept_backdated: bool = False,
) -> Document:
    """Verify the entries since the last checkpoint, and build the document that seals them; `store` receives the tiles.

    Reads nothing older than the last checkpoint, except the predecessors of new entries. Raises WritersActive, and
    ChainBroken: inconsistent entries are not sealed, and backdated ones only with `accept_backdated`.
    """
    cut = checkpoint_cut(PATIENCE)
    if cut is None:
        raise WritersActive(f"transactions that write audit entries are still open after {PATIENCE:.0f} seconds")
    base = latest_tree()
    builder = _builder(base, store)
    backdated = 0
    new = AuditEntry.objects.filter(id__gt=base["last_entry_id"] if base else 0, id__lte=cut[0])
    with streaming_transaction(), closing(_verified(new)) as rows:
        for count, row in enumerate(rows, 1):
            backdated += _is_accepted(row, cut_of(base) if base else None, accept_backdated)
            builder.add(bytes(SealedEntry(*(row[name] for name in COLUMNS))))
            if count % CHUNK == 0:
                progress(count)
    builder.finish()
    last = (max(cut[0], base["last_entry_id"] if base else 0), cut[1])
    previous = Checkpoint.objects.order_by("-id").values_list("root", flat=True).first()
    return {**document_of(builder, last, previous), "backdated": backdated}


def _builder(base: Document | None, store: Callable[[Tile], None]) -> TileBuilder:
    """The builder that continues the tree of a checkpoint. Raises ChainBroken if the tiles do not match it."""
    if base is None:
        return TileBuilder(store)
    try:
        root = tree_root(check_document(base)["entries"], TiledSubtrees(read_tile))
        if root.hex() == base["root"]:
            return TileBuilder(store, base["entries"], read_tile)
        problem = "the stored tiles do not match the last checkpoint"
    except LookupError as error:
        problem = str(error)
    raise ChainBroken(Finding(FindingKind.CHECKPOINT_CHANGED, None, Checkpoint.entity_type, None, None, problem))


def _verified(entries: Any) -> Generator[dict[str, Any], None, None]:
    """The entries, by id; each must match its hash and continue its chain. Raises ChainBroken."""
    ordered = entries.order_by("id").annotate(**BEFORE)
    with closing(read_rows(ordered, *BEFORE)) as rows:
        for row in rows:
            if row["sequence"] is None:
                check_unchained(row)
            else:
                predecessor = (row["before_id"], row["before_hash"]) if row["before_id"] is not None else None
                Chain.before(row, predecessor).extend(row, row["id"])
            yield row


def _is_accepted(row: dict[str, Any], cut_at: datetime | None, accept_backdated: bool) -> bool:
    """Whether the entry is backdated, and accepted nevertheless. Raises ChainBroken."""
    if not is_backdated(row, cut_at) or row["origin"] == Origin.IMPORTED:
        return False
    if not accept_backdated:
        raise ChainBroken(finding_at(FindingKind.BACKDATED, row, BACKDATED))
    return True


@operation(
    "audit.checkpoint",
    sop=27,
    roles=(),
    verb=Verb.CREATE,
    subject="audit_checkpoint",
    entry_point=EntryPoint.COMMAND,
)
def store_checkpoint(*, actor: User, document: Document, tiles: Iterable[Tile] = ()) -> Checkpoint:
    """Store a checkpoint and its tiles in the database; the printed copy is stored elsewhere. SOP 27."""
    store_tiles(tiles)
    checkpoint = Checkpoint(last_entry_id=document["last_entry_id"], root=document["root"], document=document)
    checkpoint.save()
    return checkpoint
