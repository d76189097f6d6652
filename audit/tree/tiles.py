"""Tiles (C2SP tlog-tiles): every eighth level of the tree, in pieces of up to 256 hashes, and the leaves in bundles.

Tile (level, position) has the roots of up to 256 subtrees of 256^level leaves each. A tile that is not full is stored
again when it has grown, under its new width; the older one remains. A bundle has the contents of up to 256 leaves, each
after its length in two bytes; its level is ENTRIES.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from audit.tree.merkle import HASH_SIZE, leaf_hash, root_over

WIDTH = 256
HEIGHT = 8  # levels of the tree in one tile
ENTRIES = -1
# Subtrees that are kept for further proofs.
KEPT = 20_000
LENGTH = 2  # bytes


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of `width` hashes, or a bundle of as many leaves."""

    level: int
    position: int
    width: int
    data: bytes


class TileReader(Protocol):
    """Where tiles are stored."""

    def __call__(self, level: int, position: int, width: int) -> bytes:
        """The data of a tile, or of a wider one at its place. Raises LookupError."""


class TiledSubtrees:
    """Complete subtrees (see audit.tree.proofs), computed from tiles. What was read and computed is kept for the proofs
    of leaves that follow each other, up to KEPT.
    """

    def __init__(self, read: TileReader) -> None:
        self._read = read
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._nodes: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """Raises LookupError."""
        if (node := self._nodes.get((level, index))) is None:
            if len(self._nodes) >= KEPT:
                self._nodes.clear()
                self._tiles.clear()
            node = self._nodes[level, index] = self._computed(level, index)
        return node

    def _computed(self, level: int, index: int) -> bytes:
        tile_level, inner = divmod(level, HEIGHT)
        position, start = divmod(index << inner, WIDTH)
        data = self._tile(tile_level, position, start + (1 << inner))
        return root_over(hashes_of(data[start * HASH_SIZE : (start + (1 << inner)) * HASH_SIZE]))

    def _tile(self, level: int, position: int, width: int) -> bytes:
        data = self._tiles.get((level, position), b"")
        if len(data) < width * HASH_SIZE:
            data = self._tiles[level, position] = self._read(level, position, width)
        return data


class TileBuilder:
    """Appends leaves to a tree of `size` leaves; memory and reading are independent of its size.

    Every full tile is passed to `store` at once, and the growing ones by `finish`.
    """

    def __init__(self, store: Callable[[Tile], None], size: int = 0, read: TileReader | None = None) -> None:
        """Raises LookupError without a tile at the right edge of the tree."""
        self.size = size
        self._store = store
        self._stored = size
        self._bundle: list[bytes] = []
        self._edges: list[list[bytes]] = [[]]
        if size and read is not None:
            self._continue(read)

    def _continue(self, read: TileReader) -> None:
        self._edges = []
        remaining, level = self.size, 0
        while remaining:
            position, width = divmod(remaining, WIDTH)
            self._edges.append(hashes_of(read(level, position, width))[:width] if width else [])
            remaining, level = position, level + 1
        if width := self.size % WIDTH:
            self._bundle = unbundled(read(ENTRIES, self.size // WIDTH, width))[:width]

    def add(self, content: bytes) -> None:
        """Append one leaf."""
        self.size += 1
        self._bundle.append(content)
        if len(self._bundle) == WIDTH:
            self._store(Tile(ENTRIES, self.size // WIDTH - 1, WIDTH, bundled(self._bundle)))
            self._bundle = []
        node = leaf_hash(content)
        for level in range(len(self._edges) + 1):
            if level == len(self._edges):
                self._edges.append([])
            edge = self._edges[level]
            edge.append(node)
            if len(edge) < WIDTH:
                return
            self._store(Tile(level, (self.size >> HEIGHT * (level + 1)) - 1, WIDTH, b"".join(edge)))
            node, self._edges[level] = root_over(edge), []

    def finish(self) -> None:
        """Store the tiles that have grown and are not full."""
        if self._bundle and self.size != self._stored:
            self._store(Tile(ENTRIES, self.size // WIDTH, len(self._bundle), bundled(self._bundle)))
        for level, edge in enumerate(self._edges):
            count = self.size >> HEIGHT * level
            if edge and count != self._stored >> HEIGHT * level:
                self._store(Tile(level, count // WIDTH, len(edge), b"".join(edge)))

    @property
    def root(self) -> bytes:
        """The root over all leaves so far."""
        smaller: list[bytes] = []
        for edge in self._edges:
            hashes = edge + smaller
            smaller = [root_over(hashes)] if hashes else []
        return smaller[0] if smaller else root_over([])


def hashes_of(data: bytes) -> list[bytes]:
    """The hashes of a tile."""
    return [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]


def bundled(contents: list[bytes]) -> bytes:
    """The data of a bundle. Raises OverflowError for a leaf of more than 65,535 bytes."""
    return b"".join(len(each).to_bytes(LENGTH, "big") + each for each in contents)


def unbundled(data: bytes) -> list[bytes]:
    """The contents of a bundle's leaves."""
    return list(_parts(data))


def _parts(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        start = at + LENGTH
        at = start + int.from_bytes(data[at:start], "big")
        yield data[start:at]
