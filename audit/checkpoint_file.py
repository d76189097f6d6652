"""Checkpoint files: the document in the first line, the leaves in the others; written and read as streams."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from audit.chain_reader import Leaf
from audit.checkpoint_document import BadCheckpoint, Document, check_document, is_of_tree, parts_of
from audit.sealed_entries import SealedEntry
from audit.tree.merkle import Tree


def write_checkpoint(path: Path, document: Document, leaves: Iterable[SealedEntry]) -> None:
    """Write a checkpoint file. Raises OSError."""
    with path.open("wb") as target:
        target.write(orjson.dumps(document) + b"\n")
        target.writelines(bytes(leaf) + b"\n" for leaf in leaves)


class CheckpointFile:
    """A checkpoint file, checked for consistency when it is opened. Raises BadCheckpoint, OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as source:
            self.document = check_document(_json(source.readline()))
            self.has_leaves = self._check_leaves(source)

    def leaves(self) -> Iterator[Leaf | SealedEntry]:
        """The sealed leaves, in order."""
        with self.path.open("rb") as source:
            source.readline()
            yield from _leaves(source, self._kind)

    @property
    def _kind(self) -> Callable[..., Any]:
        return SealedEntry if is_of_tree(self.document) else Leaf

    def _check_leaves(self, source: BinaryIO) -> bool:
        trees: dict[str, Tree] = {}
        whole = is_of_tree(self.document)
        for leaf in _leaves(source, self._kind):
            trees.setdefault("" if whole else leaf.part, Tree()).add(bytes(leaf))
        if not trees:
            return False
        if trees[""].root != self.document["root"] if whole else parts_of(trees) != self.document["parts"]:
            raise BadCheckpoint("the checkpoint file was altered: its leaves do not match its root")
        return True


def _leaves(source: BinaryIO, kind: Callable[..., Any]) -> Iterator[Any]:
    for line in source:
        if not line.strip():
            continue
        try:
            yield kind(*_json(line))
        except TypeError as error:
            raise BadCheckpoint("a line of the checkpoint file is not a leaf") from error


def _json(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadCheckpoint(f"the checkpoint file is not in JSON Lines format: {error}") from error
