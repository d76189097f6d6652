"""A Merkle tree built leaf by leaf: pure, with memory for one branch only.

As in RFC 6962: a leaf is SHA-256(0x00 ‖ content), a node SHA-256(0x01 ‖ left ‖ right), the left subtree of n leaves
contains the largest power of two below n, and the empty tree is SHA-256 of nothing.
"""

import hashlib
from collections.abc import Sequence

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


class Tree:
    """Add leaves in order; `root` is available at any time."""

    def __init__(self) -> None:
        self.leaves = 0
        self._peaks: list[tuple[int, bytes]] = []  # complete subtrees, the largest first: (leaves, hash)

    def add(self, content: bytes) -> None:
        """Append one leaf."""
        self.leaves += 1
        size, node = 1, leaf_hash(content)
        while self._peaks and self._peaks[-1][0] == size:
            _, left = self._peaks.pop()
            size, node = size * 2, node_hash(left, node)
        self._peaks.append((size, node))

    @property
    def root(self) -> str:
        """The root over all leaves so far, in hexadecimal."""
        if not self._peaks:
            return EMPTY_ROOT.hex()
        _, node = self._peaks[-1]
        for _, left in reversed(self._peaks[:-1]):
            node = node_hash(left, node)
        return node.hex()


def leaf_hash(content: bytes) -> bytes:
    """The hash of a leaf with this content."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_over(hashes: Sequence[bytes]) -> bytes:
    """The root over the hashes of leaves, or of subtrees of equal size of which only the last may be smaller."""
    level = list(hashes) or [EMPTY_ROOT]
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [node_hash(*pair) for pair in zip(level[::2], level[1::2], strict=False)] + odd
    return level[0]
