"""Verification of the tree: every entry up to the cut is the sealed one, and the tiles and older checkpoints match."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing

from audit.chain_reader import ChainBroken, Finding, FindingKind
from audit.checkpoint_document import Document
from audit.models import AuditEntry, Checkpoint, TrailArchive
from audit.sealed_entries import SealedEntry, entries_up_to
from audit.tile_store import sealed_entries, versions
from audit.tree.merkle import leaf_hash
from audit.tree.tiles import Tile, TileBuilder, TiledSubtrees

TILES = "the stored tiles of the tree do not match its entries"
CHUNK = 10_000


class TreeVerification:
    """Compares the present entries with a checkpoint, in the order of the tree and with flat memory."""

    def __init__(self, sealed: Document, leaves: Iterable[SealedEntry] | None) -> None:
        """`leaves` are those of a checkpoint file; the stored ones otherwise."""
        self._sealed = sealed
        self._from_file = leaves is not None
        self._leaves = iter(leaves) if leaves is not None else _stored(sealed["entries"])
        self._archived = list(TrailArchive.objects.values_list("first_entry_id", "last_entry_id"))
        self._next: SealedEntry | None = None
        self.archived = 0
        self._roots = _roots_by_size(sealed)
        self._builder = TileBuilder(self._check_tile)

    def run(self, progress: Callable[[int], None] = lambda count: None) -> None:
        """Raises ChainBroken at the first entry, checkpoint or tile that does not match."""
        with closing(entries_up_to(self._sealed["last_entry_id"])) as present:
            for entry in present:
                self._pass_archived(entry.id)
                self._compare(entry)
                self._add(entry)
                if self._builder.size % CHUNK == 0:
                    progress(self._builder.size)
        self._pass_archived(self._sealed["last_entry_id"] + 1)
        if (missing := self._take()) is not None:
            raise ChainBroken(self._missing(missing))
        self._builder.finish()
        if self._builder.root.hex() != self._sealed["root"]:
            raise ChainBroken(_of_checkpoint("the entries do not match the checkpoint; a checkpoint file names them"))

    def _add(self, entry: SealedEntry) -> None:
        self._builder.add(bytes(entry))
        self._check_root()

    def _take(self) -> SealedEntry | None:
        """The next sealed leaf."""
        taken, self._next = self._next or next(self._leaves, None), None
        return taken

    def _pass_archived(self, before: int) -> None:
        """Take the leaves of archived entries up to an id as they are sealed: the entries are elsewhere."""
        while self._archived and (sealed := self._take()) is not None:
            if sealed.id >= before or not self._is_archived(sealed):
                self._next = sealed
                return
            self._add(sealed)
            self.archived += 1

    def _is_archived(self, sealed: SealedEntry) -> bool:
        return sealed.sequence is None and any(first <= sealed.id <= last for first, last in self._archived)

    def _compare(self, entry: SealedEntry) -> None:
        sealed = self._take()
        if sealed == entry:
            return
        if sealed is not None and sealed.id <= entry.id:
            self._check_leaf(sealed)
            if sealed.id < entry.id:
                raise ChainBroken(self._missing(sealed))
            if sealed.place == entry.place:
                problem = "it was rewritten, with new hashes, after the checkpoint was created"
                raise ChainBroken(_at(entry, FindingKind.CHANGED, problem))
        problem = "it did not exist when the checkpoint was created"
        raise ChainBroken(_at(entry, FindingKind.INSERTED, problem))

    def _check_leaf(self, sealed: SealedEntry) -> None:
        """A stored leaf that differs from an entry is evidence only if it matches its own tile."""
        if self._from_file:
            return
        subtrees = TiledSubtrees(lambda level, position, width: versions(level, position)[-1][1])
        if subtrees(0, self._builder.size) != leaf_hash(bytes(sealed)):
            raise ChainBroken(_of_checkpoint(TILES))

    def _missing(self, sealed: SealedEntry) -> Finding:
        """The finding for a sealed entry that is missing: it alone, the tail of its chain, or all of it."""
        if sealed.sequence is None:
            return _at(sealed, FindingKind.DELETED, "the sealed entry is missing")
        chain = (sealed.reference_type, sealed.reference_id)
        later = [each for each in self._leaves if (each.reference_type, each.reference_id) == chain]
        last = later[-1] if later else sealed
        present = AuditEntry.objects.filter(reference_type=chain[0], reference_id=chain[1], sequence__isnull=False)
        head = present.filter(id__lte=self._sealed["last_entry_id"]).order_by("-sequence").first()
        if head is None:
            problem = f"the whole sealed chain of {last.sequence} entries is missing"
            return _at(last, FindingKind.CHAIN_DELETED, problem, entry_id=None)
        if head.sequence < (last.sequence or 0):
            problem = f"entries {head.sequence + 1} to {last.sequence} of the sealed chain are missing"
            return _at(last, FindingKind.TRUNCATED, problem, entry_id=None)
        return _at(sealed, FindingKind.DELETED, "the sealed entry is missing")

    def _check_root(self) -> None:
        """Every older checkpoint must be the beginning of this one."""
        root = self._roots.get(self._builder.size)
        if root is not None and root != self._builder.root.hex():
            problem = f"the checkpoint of {self._builder.size} entries does not match them"
            raise ChainBroken(_of_checkpoint(problem))

    def _check_tile(self, tile: Tile) -> None:
        stored = [each for each in versions(tile.level, tile.position) if each[0] <= tile.width]
        if not any(width == tile.width for width, _ in stored) or not all(
            tile.data.startswith(data) for _, data in stored
        ):
            raise ChainBroken(_of_checkpoint(TILES))


def _stored(size: int) -> Iterator[SealedEntry]:
    """The stored leaves. Raises ChainBroken where they are missing or unreadable."""
    try:
        yield from sealed_entries(size)
    except (LookupError, TypeError, ValueError) as error:
        raise ChainBroken(_of_checkpoint(f"{TILES}: {error}")) from error


def _roots_by_size(sealed: Document) -> dict[int, str]:
    documents = Checkpoint.objects.filter(document__has_key="note").values_list("document", flat=True)
    found = {document.get("entries"): document.get("root") for document in documents.iterator()}
    return {size: root for size, root in found.items() if size != sealed["entries"]}


def _of_checkpoint(problem: str) -> Finding:
    return Finding(FindingKind.CHECKPOINT_CHANGED, None, Checkpoint.entity_type, None, None, problem)


def _at(entry: SealedEntry, kind: FindingKind, problem: str, **values: int | None) -> Finding:
    entry_id = values.get("entry_id", entry.id)
    return Finding(kind, entry_id, entry.reference_type, entry.reference_id, entry.sequence, problem)
