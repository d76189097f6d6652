"""Tiles on their way to the database: sealing reads outside the transaction that stores them, with flat memory."""

from collections.abc import Iterator
from struct import Struct
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self

from audit.tree.tiles import Tile

HEADER = Struct(">hqhi")  # level, position, width, bytes of data


class TileSpool:
    """A temporary file of tiles; iterating reads them from the first on."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._file.close()

    def add(self, tile: Tile) -> None:
        self._file.write(HEADER.pack(tile.level, tile.position, tile.width, len(tile.data)) + tile.data)

    def __iter__(self) -> Iterator[Tile]:
        self._file.seek(0)
        while header := self._file.read(HEADER.size):
            level, position, width, size = HEADER.unpack(header)
            yield Tile(level, position, width, self._file.read(size))
