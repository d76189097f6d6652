"""Checkpoint files: the document in the first line, the leaves in the others; written and read as streams."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, BinaryIO, Self

import orjson

from audit.chain_reader import Leaf
from audit.checkpoint_document import BadCheckpoint, Document, check_document, parts_of
from audit.merkle import Tree


class LeafFile:
    """Collects leaves during the pass; `write` puts the document, known only at the end, before them."""

    def __init__(self) -> None:
        self._leaves = TemporaryFile()  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._leaves.close()

    def add(self, leaf: Leaf) -> None:
        if leaf.sequence != 0:
            self._leaves.write(bytes(leaf) + b"\n")

    def write(self, path: Path, document: Document) -> None:
        """Write the checkpoint file. Raises OSError."""
        self._leaves.seek(0)
        with path.open("wb") as target:
            target.write(orjson.dumps(document) + b"\n")
            shutil.copyfileobj(self._leaves, target)


class CheckpointFile:
    """A checkpoint file, checked for consistency when it is opened. Raises BadCheckpoint, OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as source:
            self.document = check_document(_json(source.readline()))
            self.has_leaves = self._check_leaves(source)

    def leaves(self) -> Iterator[Leaf]:
        """The sealed leaves, in order."""
        with self.path.open("rb") as source:
            source.readline()
            yield from _leaves(source)

    def _check_leaves(self, source: BinaryIO) -> bool:
        trees: dict[str, Tree] = {}
        for leaf in _leaves(source):
            trees.setdefault(leaf.part, Tree()).add(bytes(leaf))
        if trees and parts_of(trees) != self.document["parts"]:
            raise BadCheckpoint("the checkpoint file was altered: its leaves do not match its root")
        return bool(trees)


def _leaves(source: BinaryIO) -> Iterator[Leaf]:
    for line in source:
        if not line.strip():
            continue
        try:
            yield Leaf(*_json(line))
        except TypeError as error:
            raise BadCheckpoint("a line of the checkpoint file is not a leaf") from error


def _json(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadCheckpoint(f"the checkpoint file is not in JSON Lines format: {error}") from error
