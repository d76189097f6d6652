"""The tiles in the database."""

from collections.abc import Iterable, Iterator
from itertools import islice

from audit.models import TreeTile
from audit.sealed_entries import SealedEntry
from audit.tree.tiles import ENTRIES, WIDTH, Tile, unbundled

# Tiles for each statement: at most 8 KiB each, bundles about 30 KiB.
BATCH = 100


def read_tile(level: int, position: int, width: int) -> bytes:
    """A `TileReader`: the narrowest stored tile that is wide enough. Raises LookupError."""
    tiles = TreeTile.objects.filter(level=level, position=position, width__gte=width).order_by("width")
    data = tiles.values_list("data", flat=True).first()
    if data is None:
        raise LookupError(f"tile {level}/{position} of width {width} is missing")
    return bytes(data)


def store_tiles(tiles: Iterable[Tile]) -> None:
    """Insert tiles. Requires a transaction."""
    pending = iter(tiles)
    while batch := list(islice(pending, BATCH)):
        TreeTile.objects.bulk_create([_row(tile) for tile in batch])


def versions(level: int, position: int) -> list[tuple[int, bytes]]:
    """Every stored (width, data) of a tile."""
    tiles = TreeTile.objects.filter(level=level, position=position).order_by("width")
    return [(width, bytes(data)) for width, data in tiles.values_list("width", "data")]


def sealed_entries(size: int) -> Iterator[SealedEntry]:
    """The sealed entries of a tree of `size` leaves, in order. Raises LookupError, ValueError."""
    full = size // WIDTH
    for start in range(0, full, BATCH):
        stop = min(start + BATCH, full)
        bundles = TreeTile.objects.filter(level=ENTRIES, width=WIDTH, position__gte=start, position__lt=stop)
        found = list(bundles.order_by("position").values_list("position", "data"))
        if [position for position, _ in found] != list(range(start, stop)):
            raise LookupError(f"a bundle of entries between {start} and {stop} is missing")
        for _, data in found:
            yield from map(SealedEntry.read, unbundled(bytes(data)))
    if rest := size % WIDTH:
        yield from map(SealedEntry.read, unbundled(read_tile(ENTRIES, full, rest))[:rest])


class Positions:
    """Finds sealed entries in the tree; the last bundle is kept, for entries that follow each other."""

    def __init__(self) -> None:
        self._bundle: dict[int, int] = {}

    def of(self, entry_id: int) -> int:
        """The position of an entry. Raises LookupError."""
        if entry_id not in self._bundle:
            self._bundle = self._read(entry_id)
        try:
            return self._bundle[entry_id]
        except KeyError as error:
            raise LookupError(f"entry {entry_id} is not in the tree; run audit_verify") from error

    def _read(self, entry_id: int) -> dict[int, int]:
        bundles = TreeTile.objects.filter(level=ENTRIES, last_entry_id__gte=entry_id).order_by("last_entry_id", "width")
        bundle = bundles.values_list("position", "data").first()
        if bundle is None:
            return {}
        entries = map(SealedEntry.read, unbundled(bytes(bundle[1])))
        return {entry.id: int(bundle[0]) * WIDTH + offset for offset, entry in enumerate(entries)}


def _row(tile: Tile) -> TreeTile:
    last = SealedEntry.read(unbundled(tile.data)[-1]).id if tile.level == ENTRIES else None
    return TreeTile(level=tile.level, position=tile.position, width=tile.width, data=tile.data, last_entry_id=last)
